/* Collects what is wrong with a document, all of it, each with its place and a plain sentence. */
#include <stdarg.h>
#include <string.h>

#include "screener/findings.h"

static void put_token(struct strbuf *buf, const char *name)
{
	strbuf_add_char(buf, '/');
	for (; *name; name++) {
		if (*name == '~')
			strbuf_add_c(buf, "~0");
		else if (*name == '/')
			strbuf_add_c(buf, "~1");
		else
			strbuf_add_char(buf, *name);
	}
}

static void put_path(struct strbuf *buf, const struct path *at)
{
	if (!at)
		return;
	put_path(buf, at->up);
	if (at->name)
		put_token(buf, at->name);
	else
		strbuf_printf(buf, "/%zu", at->index);
}

const char *path_text(struct arena *arena, const struct path *at)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_reserve(&buf, 1);
	buf.ptr[0] = '\0';
	put_path(&buf, at);
	return buf.ptr;
}

/* Removes the last warning, so that the order of the others stays. */
static void drop_warning(struct findings *findings)
{
	struct screener_findings *f = &findings->found;
	size_t i = f->n - 1;

	while (f->list[i].severity != SCREENER_WARNING)
		i--;
	memmove(&f->list[i], &f->list[i + 1], (f->n - i - 1) * sizeof *f->list);
	f->n--;
	findings->n_warnings--;
}

/* A place at the end of the list; NULL when the list is full. */
static struct screener_finding *place_for(struct findings *findings,
					  enum screener_severity severity)
{
	struct screener_findings *f = &findings->found;

	if (f->n == FINDINGS_MAX && severity == SCREENER_ERROR && findings->n_warnings)
		drop_warning(findings);
	if (f->n == FINDINGS_MAX)
		return NULL;
	if (f->n == findings->capacity) {
		size_t grown = findings->capacity ? 2 * findings->capacity : 16;

		f->list = arena_grow(findings->arena, f->list, findings->capacity * sizeof *f->list,
				     grown * sizeof *f->list);
		findings->capacity = grown;
	}
	return &f->list[f->n++];
}

__attribute__((format(printf, 5, 0))) static void add(struct findings *findings,
						      const char *pointer,
						      enum screener_severity severity,
						      const char *code, const char *fmt, va_list ap)
{
	struct screener_finding *place;

	if (severity == SCREENER_ERROR)
		findings->found.n_errors++;
	place = place_for(findings, severity);
	if (!place)
		return;
	findings->n_warnings += severity == SCREENER_WARNING;
	*place = (struct screener_finding){pointer, code, severity,
					   arena_vprintf(findings->arena, fmt, ap)};
}

void finding_add(struct findings *findings, const struct path *at, enum screener_severity severity,
		 const char *code, const char *fmt, ...)
{
	va_list ap;

	if (findings->quiet)
		return;
	va_start(ap, fmt);
	add(findings, path_text(findings->arena, at), severity, code, fmt, ap);
	va_end(ap);
}

void finding_add_at(struct findings *findings, const char *pointer, enum screener_severity severity,
		    const char *code, const char *fmt, ...)
{
	va_list ap;

	if (findings->quiet)
		return;
	va_start(ap, fmt);
	add(findings, arena_strdup(findings->arena, pointer), severity, code, fmt, ap);
	va_end(ap);
}
