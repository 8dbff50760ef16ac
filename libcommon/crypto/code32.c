#include "crypto/code32.h"

#include <string.h>

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
static char symbol_of(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	if (c == 'I' || c == 'L')
		return '1';
	return is_crockford(c) ? c : '\0';
}

bool code_parse(struct str typed, char out[CODE_TEXT])
{
	char code[CODE_TEXT] = {};
	int n = 0;

	for (size_t i = 0; i < typed.len; i++) {
		char c = typed.ptr[i];

		if (c == '-' || c == ' ')
			continue;
		c = symbol_of(c);
		if (c == '\0' || n == CODE_SYMBOLS)
			return false;
		code[n++] = c;
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
