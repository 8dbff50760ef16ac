/* Bytes as text. */
#include "base/encoding.h"

#include "base/arena.h"

void hex_encode(char *out, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * len] = '\0';
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(void *out, size_t len, struct str hex)
{
	unsigned char *p = out;

	if (hex.len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int hi = hex_digit(hex.ptr[2 * i]), lo = hex_digit(hex.ptr[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		p[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

static char *base64_with(struct arena *arena, const void *data, size_t len, const char *tail,
			 bool pad)
{
	static const char common[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned char *p = data;
	char *out = arena_alloc(arena, (len + 2) / 3 * 4 + 1);
	char *o = out;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (n > 2 ? p[i + 2] : 0);

		for (size_t k = 0; k <= n; k++) {
			uint32_t six = v >> (18 - 6 * k) & 63;
			*o++ = six < 62 ? common[six] : tail[six - 62];
		}
		for (size_t k = n; pad && k < 3; k++)
			*o++ = '=';
	}
	*o = '\0';
	return out;
}

char *base64url_encode(struct arena *arena, const void *data, size_t len)
{
	return base64_with(arena, data, len, "-_", false);
}

char *base64_encode(struct arena *arena, const void *data, size_t len)
{
	return base64_with(arena, data, len, "+/", true);
}

static int base64_digit(char c, bool url, bool std)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if ((url && c == '-') || (std && c == '+'))
		return 62;
	if ((url && c == '_') || (std && c == '/'))
		return 63;
	return -1;
}

static bool base64_parse(struct arena *arena, struct str t, bool std, uint8_t **out, size_t *len)
{
	uint8_t *bytes = arena_alloc(arena, t.len / 4 * 3 + 3);
	uint32_t acc = 0;
	size_t n = 0;
	int bits = 0;

	if (t.len % 4 == 1)
		return false;
	for (size_t i = 0; i < t.len; i++) {
		int digit = base64_digit(t.ptr[i], true, std);

		if (digit < 0)
			return false;
		acc = acc << 6 | (uint32_t)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (uint8_t)(acc >> bits);
			acc &= (1u << bits) - 1;
		}
	}
	if (acc != 0 && !std)
		return false;
	*out = bytes;
	*len = n;
	return true;
}

bool base64url_decode(struct arena *arena, struct str text, uint8_t **out, size_t *len)
{
	return base64_parse(arena, text, false, out, len);
}

bool base64_decode_any(struct arena *arena, struct str text, uint8_t **out, size_t *len)
{
	size_t padding = 0;

	while (padding < 2 && text.len && text.ptr[text.len - 1] == '=') {
		text.len--;
		padding++;
	}
	if (padding && (text.len + padding) % 4 != 0)
		return false;
	return base64_parse(arena, text, true, out, len);
}
