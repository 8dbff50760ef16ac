/* A growing list of findings. */
#include "screener/notes.h"

/* The last warning makes room for an error; NULL when there are only errors. */
static struct screener_finding *last_warning(struct screener_findings *f)
{
	for (size_t i = f->n; i-- > 0;)
		if (f->list[i].severity == SCREENER_WARNING)
			return &f->list[i];
	return NULL;
}

static struct screener_finding *place_for(struct notes *notes, enum screener_severity severity)
{
	struct screener_findings *f = &notes->findings;

	if (f->n == NOTES_MAX)
		return severity == SCREENER_ERROR ? last_warning(f) : NULL;
	if (f->n == notes->capacity) {
		size_t grown = notes->capacity ? 2 * notes->capacity : 16;

		f->list = arena_grow(notes->arena, f->list, notes->capacity * sizeof *f->list,
				     grown * sizeof *f->list);
		notes->capacity = grown;
	}
	return &f->list[f->n++];
}

void note_add(struct notes *notes, enum screener_severity severity, const char *code,
	      const char *pointer, const char *fmt, ...)
{
	struct screener_finding *place;
	va_list ap;

	notes->findings.n_errors += severity == SCREENER_ERROR;
	place = place_for(notes, severity);
	if (!place)
		return;
	va_start(ap, fmt);
	*place = (struct screener_finding){.pointer = arena_strdup(notes->arena, pointer),
					   .code = code,
					   .severity = severity,
					   .message = arena_vprintf(notes->arena, fmt, ap)};
	va_end(ap);
}
