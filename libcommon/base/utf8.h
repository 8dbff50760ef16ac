#pragma once

/* UTF-8 (RFC 3629). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the well-formed sequence at the start of text, 1 to 4 bytes; 0 when there is none.
 * len must be at least 1.
 */
size_t utf8_sequence(const char *text, size_t len);
/* Valid UTF-8 without surrogates and overlong forms (RFC 3629)? */
bool utf8_is_valid(const char *s, size_t len);
/* Code points in valid UTF-8. */
size_t utf8_length(const char *s, size_t len);
/* Writes the code point c, which is no surrogate and below 0x110000.  Returns its 1 to 4 bytes. */
size_t utf8_put(char *out, uint32_t c);
