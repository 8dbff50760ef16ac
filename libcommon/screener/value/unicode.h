#pragma once

/*
 * What people type, compared as people read it.  The tables are those of ICU, which libxml2 already
 * brings into every process that links this library.
 */
#include "base/arena.h"
#include "base/str.h"

/*
 * The same bytes for texts that read alike: NFKC_Casefold of the Unicode standard (section 3.13),
 * which also drops what is invisible; white space is trimmed at both ends, and each run of it
 * inside becomes one space.  text is valid UTF-8.  The result is in the arena; empty when there is
 * nothing to see in text.
 */
struct str unicode_fold(struct arena *arena, struct str text);

/*
 * Is there nothing to see: no code point but white space, control characters and those that
 * Unicode ignores by default (zero width, marks of direction, fillers)?  Also of an empty text.
 * text is valid UTF-8.
 */
bool unicode_is_blank(struct str text);

/* A character of a text that nobody sees and that changes how the text is shown. */
struct unicode_control {
	uint32_t code_point; /* 0: there is none */
	/*
	 * A mark of direction, or an isolate that the text closes again: right-to-left texts need
	 * them.  All others can show a text in another order than it has.
	 */
	bool is_safe;
};

/*
 * The first control character (line breaks and tabs apart) or control of direction of a text; the
 * first that is not safe, if there is one.  text is valid UTF-8.
 */
struct unicode_control unicode_control_in(struct str text);
