/*
 * Free text of an open choice that names an option: by its code, or by its label in any language of
 * the document.  Both are kept folded (unicode.h), so that case, width and invisible characters
 * make no other answer.
 */
#include <stdlib.h>

#include "screener/compile/compiler.h"
#include "screener/value/unicode.h"

static int compare_names(const void *a, const void *b)
{
	const struct option_name *x = a, *y = b;
	int order = str_compare(x->folded, y->folded);

	return order ? order : (x->option > y->option) - (x->option < y->option);
}

/* Of sorted names, each once; a name of several options is of none of them. */
static uint32_t merge(struct option_name *names, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || !str_eq(names[kept - 1].folded, names[i].folded))
			names[kept++] = names[i];
		else if (names[kept - 1].option != names[i].option)
			names[kept - 1].option = OPTION_AMBIGUOUS;
	}
	return kept;
}

static void add_name(struct compiler *c, struct option_name *names, uint32_t *n, struct str text,
		     uint32_t option)
{
	struct str folded = unicode_fold(c->arena, text);

	if (folded.len)
		names[(*n)++] = (struct option_name){folded, (int32_t)option};
}

void compile_option_names(struct compiler *c, const struct item *item)
{
	struct domain *d = &c->domains[item->value.of];
	json_t *i18n = json_object_get(c->document, "i18n"), *texts;
	size_t most = d->n * (1 + json_object_size(i18n));
	struct option_name *names = arena_array_of(c->arena, struct option_name, most);
	const char *locale;
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->n; i++) {
		const char *key = arena_printf(c->arena, "item.%.*s.option.%.*s", STR_ARG(item->id),
					       STR_ARG(d->options[i].code));

		add_name(c, names, &n, d->options[i].code, i);
		json_object_foreach (i18n, locale, texts) {
			json_t *label = json_object_get(texts, key);

			if (json_is_string(label))
				add_name(c, names, &n, json_str(label), i);
		}
	}
	qsort(names, n, sizeof *names, compare_names);
	n = merge(names, n);
	for (uint32_t i = 0; i < n; i++)
		names[i].folded.ptr = keep_text(c->keep, names[i].folded.ptr, names[i].folded.len);
	d->names = keep_copy(c->keep, names, n * sizeof *names);
	d->n_names = n;
}
