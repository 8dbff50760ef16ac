#include "crypto/code32.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "crypto/random.h"

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char alphanumeric[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

#define BODY (CODE_SYMBOLS - 1)

static int alphanumeric_value(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* ISO/IEC 7064 hybrid system: P is 36 at first; S = P + a; P = 2·S mod 37. */
char code_check_character(const char *text, int n)
{
	int p = 36;

	for (int i = 0; i < n; i++) {
		int s = (p + alphanumeric_value(text[i])) % 36;

		p = (s == 0 ? 36 : s) * 2 % 37;
	}
	return alphanumeric[(37 - p) % 36];
}

static bool is_crockford(char c)
{
	return c != '\0' && strchr(crockford, c) != NULL;
}

void code_random(char out[CODE_TEXT])
{
	uint8_t bytes[BODY];
	char check;

	do {
		crypto_random(bytes, sizeof bytes);
		for (int i = 0; i < BODY; i++)
			out[i] = crockford[bytes[i] & 31];
		check = code_check_character(out, BODY);
	} while (!is_crockford(check));
	out[BODY] = check;
	out[CODE_SYMBOLS] = '\0';
}

/* The Crockford symbol a typed character stands for, 0 when it is none. */
static char symbol_of(uint32_t c)
{
	/* Full-width forms lie in the order of ASCII's. */
	if (c >= 0xff01 && c <= 0xff5e)
		c = c - 0xff01 + '!';
	if (c >= 'a' && c <= 'z')
		c = c - 'a' + 'A';
	if (c == 'O')
		return '0';
	if (c == 'I' || c == 'L')
		return '1';
	return c < 0x80 && is_crockford((char)c) ? (char)c : '\0';
}

/* What parts the groups: line ends of barcode readers; every kind of blank, dash and joiner. */
static bool is_between(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{'\t', '\r'},	  {' ', ' '},	    {'-', '-'},	      {0x00a0, 0x00a0},
		{0x00ad, 0x00ad}, {0x2000, 0x2015}, {0x2028, 0x2029}, {0x202f, 0x202f},
		{0x2060, 0x2060}, {0x2212, 0x2212}, {0x3000, 0x3000}, {0xfe58, 0xfe58},
		{0xfe63, 0xfe63}, {0xfeff, 0xfeff}, {0xff0d, 0xff0d},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* The character at *text, which is valid UTF-8, not empty; *text moves behind it. */
static uint32_t take_character(struct str *text)
{
	unsigned char first = (unsigned char)text->ptr[0];
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c = len == 1 ? first : first & (0xffu >> (len + 1));

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)text->ptr[i] & 0x3f);
	*text = (struct str){text->ptr + len, text->len - len};
	return c;
}

/*
 * The symbology identifier of ISO/IEC 15424 that a reader may put before what it read: "]",
 * the symbology's letter and a modifier, such as "]C1" of GS1-128.  No code has a bracket.
 */
static void skip_symbology(struct str *text)
{
	if (text->len >= 3 && text->ptr[0] == ']' && isalpha((unsigned char)text->ptr[1]) &&
	    isalnum((unsigned char)text->ptr[2]))
		*text = (struct str){text->ptr + 3, text->len - 3};
}

bool code_parse(struct str typed, char out[CODE_TEXT])
{
	char code[CODE_TEXT] = {};
	int n = 0;

	if (!utf8_is_valid(typed.ptr, typed.len))
		return false;
	skip_symbology(&typed);
	while (typed.len > 0) {
		uint32_t c = take_character(&typed);
		char symbol;

		if (is_between(c))
			continue;
		symbol = symbol_of(c);
		if (symbol == '\0' || n == CODE_SYMBOLS)
			return false;
		code[n++] = symbol;
	}
	if (n != CODE_SYMBOLS || code_check_character(code, BODY) != code[BODY])
		return false;
	memcpy(out, code, sizeof code);
	return true;
}

void code_show(char out[CODE_SHOWN], const char code[CODE_TEXT])
{
	memcpy(out, code, 4);
	out[4] = '-';
	memcpy(out + 5, code + 4, 4);
	out[9] = '-';
	memcpy(out + 10, code + 8, 5);
}
