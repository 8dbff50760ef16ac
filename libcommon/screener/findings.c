/* Collects what is wrong with a document, all of it, each with its place and a plain sentence. */
#include "screener/compile/compiler.h"

#define MAX_FINDINGS 1000

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

void finding_add(struct compiler *c, const struct path *at, enum screener_severity severity,
		 const char *code, const char *fmt, ...)
{
	struct screener_finding *f;
	va_list ap;

	if (c->quiet)
		return;
	if (severity == SCREENER_ERROR)
		c->n_errors++;
	/* Warnings leave room for the errors that come after them. */
	if (c->n_findings >= (severity == SCREENER_ERROR ? MAX_FINDINGS : MAX_FINDINGS / 2))
		return;
	if (c->n_findings == c->findings_cap) {
		size_t cap = c->findings_cap ? c->findings_cap * 2 : 16;

		c->findings = arena_grow(c->arena, c->findings, c->findings_cap * sizeof *f,
					 cap * sizeof *f);
		c->findings_cap = cap;
	}
	f = &c->findings[c->n_findings++];
	va_start(ap, fmt);
	*f = (struct screener_finding){path_text(c->arena, at), code, severity,
				       arena_vprintf(c->arena, fmt, ap)};
	va_end(ap);
}
