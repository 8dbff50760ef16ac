#pragma once

/*
 * Codes that people read aloud: 11 Crockford base32 symbols (55 random bits)
 * and one ISO 7064 MOD 37,36 check character, shown in groups of four.
 *
 *   7K3M-Q9TX-2BFH
 *
 * The check character ranges over 0-9 A-Z, of which I, L, O and U are no
 * Crockford symbols and would be misread; a value whose check character is one
 * of them is not a code (1 in 9), so that reading I and L as 1, O as 0 is safe
 * in all twelve places.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define CODE_SYMBOLS 12
/* Canonical form without dashes, as it is hashed, with its NUL. */
#define CODE_TEXT (CODE_SYMBOLS + 1)
/* "XXXX-XXXX-XXXX" with its NUL. */
#define CODE_SHOWN 15

/* A new canonical code. */
void code_random(char out[CODE_TEXT]);

/*
 * What a person typed or a barcode reader sent, in UTF-8: either case, O for 0, I and L
 * for 1, full-width forms; dashes of every kind, blanks, tabs and line ends anywhere; a
 * symbology identifier ("]C1", "]d2", "]Q3", "]e0") before all of it.
 * False when the length, a symbol or the check character is wrong.
 */
bool code_parse(struct str typed, char out[CODE_TEXT]);

/* Groups of four for display; code is canonical. */
void code_show(char out[CODE_SHOWN], const char code[CODE_TEXT]);

/* The ISO 7064 MOD 37,36 check character of n characters of [0-9A-Z]. */
char code_check_character(const char *text, int n);
