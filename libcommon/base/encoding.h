#pragma once

/* Bytes as text: hex and base64. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

/* Lower-case hex; out holds 2 * len + 1 bytes. */
void hex_encode(char *out, const void *data, size_t len);
/* Exactly 2 * len hex digits, either case. */
bool hex_decode(void *out, size_t len, struct str hex);
/* 0 to 15, -1 for what is no digit. */
int hex_digit(char c);
/* RFC 4648 base64url without padding, strict (canonical tail bits). */
char *base64url_encode(struct arena *arena, const void *data, size_t len);
bool base64url_decode(struct arena *arena, struct str text, uint8_t **out, size_t *len);
/* RFC 4648 base64 with padding. */
char *base64_encode(struct arena *arena, const void *data, size_t len);
/* Accepts the standard and the url alphabet, with or without padding (ProtoJSON). */
bool base64_decode_any(struct arena *arena, struct str text, uint8_t **out, size_t *len);
