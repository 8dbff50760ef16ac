#include "merkle/checkpoint.h"

#include "base/arena.h"
#include "base/encoding.h"
#include "crypto/hash.h"

#define KEY_ID_BYTES 4
#define DASH	     "\xe2\x80\x94 "
#define ALG_ED25519  1

static void key_id(uint8_t out[KEY_ID_BYTES], const char *origin,
		   const uint8_t public_key[SIGN_PUBLIC_BYTES])
{
	uint8_t digest[SHA256_BYTES];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_update(&sha, origin, strlen(origin));
	sha256_update(&sha, "\n\1", 2);
	sha256_update(&sha, public_key, SIGN_PUBLIC_BYTES);
	sha256_final(&sha, digest);
	memcpy(out, digest, KEY_ID_BYTES);
}

/* Canonical base64 of exactly len bytes: one text a value, so no bit of a note is free. */
static bool decode_exact(struct arena *arena, struct str text, size_t len, uint8_t **out)
{
	size_t n;

	return base64_decode_any(arena, text, out, &n) && n == len &&
	       str_eq_c(text, base64_encode(arena, *out, n));
}

char *checkpoint_sign(struct arena *arena, const struct checkpoint *checkpoint,
		      const uint8_t private_key[SIGN_PRIVATE_BYTES])
{
	uint8_t blob[KEY_ID_BYTES + SIGN_SIGNATURE_BYTES];
	char *text = arena_printf(arena, "%s\n%llu\n%s\n", checkpoint->origin,
				  (unsigned long long)checkpoint->size,
				  base64_encode(arena, checkpoint->root.bytes, MERKLE_HASH));

	/* The expanded private key ends with its public half. */
	key_id(blob, checkpoint->origin, private_key + SIGN_SEED_BYTES);
	sign_message(blob + KEY_ID_BYTES, private_key, text, strlen(text));
	return arena_printf(arena, "%s\n" DASH "%s %s\n", text, checkpoint->origin,
			    base64_encode(arena, blob, sizeof blob));
}

char *checkpoint_verifier_key(struct arena *arena, const char *origin,
			      const uint8_t public_key[SIGN_PUBLIC_BYTES])
{
	uint8_t id[KEY_ID_BYTES], typed[1 + SIGN_PUBLIC_BYTES] = {ALG_ED25519};
	char hex[2 * KEY_ID_BYTES + 1];

	key_id(id, origin, public_key);
	hex_encode(hex, id, sizeof id);
	memcpy(typed + 1, public_key, SIGN_PUBLIC_BYTES);
	return arena_printf(arena, "%s+%s+%s", origin, hex,
			    base64_encode(arena, typed, sizeof typed));
}

bool checkpoint_parse_key(struct arena *arena, struct str text, char **origin,
			  uint8_t public_key[SIGN_PUBLIC_BYTES])
{
	struct str name = str_take_until(&text, '+'), hex = str_take_until(&text, '+');
	uint8_t id[KEY_ID_BYTES], expected[KEY_ID_BYTES], *typed;

	if (name.len == 0 || !hex_decode(id, sizeof id, hex) ||
	    !decode_exact(arena, text, 1 + SIGN_PUBLIC_BYTES, &typed) || typed[0] != ALG_ED25519)
		return false;
	key_id(expected, str_dup(arena, name), typed + 1);
	if (memcmp(id, expected, sizeof id) != 0)
		return false;
	*origin = str_dup(arena, name);
	memcpy(public_key, typed + 1, SIGN_PUBLIC_BYTES);
	return true;
}

static bool parse_text(struct arena *arena, struct str text, const char *origin,
		       struct checkpoint *out)
{
	struct str name = str_take_until(&text, '\n'), size = str_take_until(&text, '\n');
	struct str root64 = str_take_until(&text, '\n');
	uint8_t *root;

	if (!str_eq_c(name, origin) || !str_to_u64(size, &out->size) ||
	    !decode_exact(arena, root64, MERKLE_HASH, &root))
		return false;
	if (size.len > 1 && size.ptr[0] == '0')
		return false;
	out->origin = str_dup(arena, name);
	memcpy(out->root.bytes, root, MERKLE_HASH);
	return true;
}

static bool is_signed_by(struct arena *arena, struct str line, const char *origin,
			 const uint8_t public_key[SIGN_PUBLIC_BYTES], struct str text)
{
	uint8_t id[KEY_ID_BYTES], *blob;
	struct str name;

	if (!str_has_prefix(line, DASH))
		return false;
	line = (struct str){line.ptr + strlen(DASH), line.len - strlen(DASH)};
	name = str_take_until(&line, ' ');
	if (!str_eq_c(name, origin) ||
	    !decode_exact(arena, line, KEY_ID_BYTES + SIGN_SIGNATURE_BYTES, &blob))
		return false;
	key_id(id, origin, public_key);
	return memcmp(id, blob, sizeof id) == 0 &&
	       sign_verify(blob + KEY_ID_BYTES, public_key, text.ptr, text.len);
}

bool checkpoint_open(struct arena *arena, struct str note, const char *origin,
		     const uint8_t public_key[SIGN_PUBLIC_BYTES], struct checkpoint *out)
{
	struct checkpoint parsed;
	struct str text, lines;

	if (note.len == 0 || note.ptr[note.len - 1] != '\n')
		return false;
	/* The text ends with the line before the first empty one. */
	for (size_t i = 0;; i++) {
		if (i + 1 >= note.len)
			return false;
		if (note.ptr[i] == '\n' && note.ptr[i + 1] == '\n') {
			text = (struct str){note.ptr, i + 1};
			lines = (struct str){note.ptr + i + 2, note.len - i - 2};
			break;
		}
	}
	if (!parse_text(arena, text, origin, &parsed))
		return false;
	while (lines.len) {
		if (is_signed_by(arena, str_take_until(&lines, '\n'), origin, public_key, text)) {
			*out = parsed;
			return true;
		}
	}
	return false;
}
