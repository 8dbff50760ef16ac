#include "builtin/metrics_merge.h"

#define FAMILIES_MAX 1024

struct family {
	struct str name;
	struct strbuf head;
	struct strbuf samples;
};

struct metrics_merge {
	struct arena *arena;
	struct family families[FAMILIES_MAX];
	size_t n;
};

struct metrics_merge *metrics_merge_new(struct arena *arena)
{
	struct metrics_merge *merge = arena_new_of(arena, struct metrics_merge);

	merge->arena = arena;
	return merge;
}

static struct family *family_of(struct metrics_merge *merge, struct str name)
{
	for (size_t i = 0; i < merge->n; i++)
		if (str_eq(merge->families[i].name, name))
			return &merge->families[i];
	if (merge->n == FAMILIES_MAX)
		return NULL;
	merge->families[merge->n] = (struct family){
		.name = name,
		.head = strbuf_new(merge->arena),
		.samples = strbuf_new(merge->arena),
	};
	return &merge->families[merge->n++];
}

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!(name.ptr[i] == '_' || name.ptr[i] == ':' ||
		      (name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
		      ((name.ptr[i] | 0x20) >= 'a' && (name.ptr[i] | 0x20) <= 'z')))
			return false;
	return name.len > 0;
}

static void add_sample(struct family *family, const char *daemon, struct str line)
{
	size_t name_len = 0;

	while (name_len < line.len && line.ptr[name_len] != '{' && line.ptr[name_len] != ' ')
		name_len++;
	if (name_len == line.len || !is_name((struct str){line.ptr, name_len}))
		return;
	strbuf_add(&family->samples, line.ptr, name_len);
	strbuf_printf(&family->samples, "{daemon=\"%s\"", daemon);
	if (line.ptr[name_len] == '{')
		strbuf_printf(&family->samples, ",%.*s\n", (int)(line.len - name_len - 1),
			      line.ptr + name_len + 1);
	else
		strbuf_printf(&family->samples, "}%.*s\n", (int)(line.len - name_len),
			      line.ptr + name_len);
}

void metrics_merge_add(struct metrics_merge *merge, const char *daemon, struct str text)
{
	struct family *family = NULL;
	bool described = false;

	while (text.len) {
		struct str line = str_take_until(&text, '\n'), rest = line, name;

		if (str_has_prefix(line, "# HELP ") || str_has_prefix(line, "# TYPE ")) {
			rest.ptr += 7;
			rest.len -= 7;
			name = str_take_until(&rest, ' ');
			if (!family || !str_eq(family->name, name)) {
				family = family_of(merge, name);
				described = family && family->samples.len > 0;
			}
			if (family && !described) {
				strbuf_add_str(&family->head, line);
				strbuf_add_char(&family->head, '\n');
			}
		} else if (family && line.len && line.ptr[0] != '#') {
			add_sample(family, daemon, line);
		}
	}
}

void metrics_merge_write(const struct metrics_merge *merge, struct strbuf *out)
{
	for (size_t i = 0; i < merge->n; i++) {
		strbuf_add_str(out, strbuf_str(&merge->families[i].head));
		strbuf_add_str(out, strbuf_str(&merge->families[i].samples));
	}
}
