/* A growing list of findings. */
#include "screener/notes.h"

void note_add(struct notes *notes, enum screener_severity severity, const char *code,
	      const char *pointer, const char *fmt, ...)
{
	struct screener_findings *f = &notes->findings;
	va_list ap;

	f->n_errors += severity == SCREENER_ERROR;
	if (f->n == NOTES_MAX)
		return;
	if (f->n == notes->capacity) {
		size_t grown = notes->capacity ? 2 * notes->capacity : 16;

		f->list = arena_grow(notes->arena, f->list, notes->capacity * sizeof *f->list,
				     grown * sizeof *f->list);
		notes->capacity = grown;
	}
	va_start(ap, fmt);
	f->list[f->n++] =
		(struct screener_finding){.pointer = arena_strdup(notes->arena, pointer),
					  .code = code,
					  .severity = severity,
					  .message = arena_vprintf(notes->arena, fmt, ap)};
	va_end(ap);
}
