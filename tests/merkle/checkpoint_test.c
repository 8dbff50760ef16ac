#include <criterion/criterion.h>

#include "base/arena.h"
#include "merkle/checkpoint.h"

static struct arena *arena;
static uint8_t public_key[SIGN_PUBLIC_BYTES], private_key[SIGN_PRIVATE_BYTES];

static void set_up(void)
{
	arena = arena_new(1 << 20);
	sign_generate(public_key, private_key);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(checkpoint, .init = set_up, .fini = tear_down);

static const struct checkpoint sample = {
	.origin = "aegis.example/log/1", .size = 42, .root = {.bytes = {1, 2, 3}}};

Test(checkpoint, opens_with_the_key_that_signed_it)
{
	char *note = checkpoint_sign(arena, &sample, private_key);
	struct checkpoint back;

	cr_assert(checkpoint_open(arena, str_of(note), sample.origin, public_key, &back));
	cr_assert_eq(back.size, 42);
	cr_assert(merkle_hash_eq(&back.root, &sample.root));
}

Test(checkpoint, any_changed_byte_is_refused)
{
	char *note = checkpoint_sign(arena, &sample, private_key);
	struct checkpoint back;

	for (size_t i = 0; note[i + 1]; i++) {
		char old = note[i];

		note[i] = (char)(old == 'A' ? 'B' : 'A');
		cr_expect_not(
			checkpoint_open(arena, str_of(note), sample.origin, public_key, &back),
			"byte %zu", i);
		note[i] = old;
	}
	for (size_t cut = 0; cut + 1 < strlen(note); cut++)
		cr_expect_not(checkpoint_open(arena, (struct str){note, cut}, sample.origin,
					      public_key, &back));
}

Test(checkpoint, another_key_or_log_is_refused)
{
	char *note = checkpoint_sign(arena, &sample, private_key);
	uint8_t other[SIGN_PUBLIC_BYTES], unused[SIGN_PRIVATE_BYTES];
	struct checkpoint back;

	sign_generate(other, unused);
	cr_assert_not(checkpoint_open(arena, str_of(note), sample.origin, other, &back));
	cr_assert_not(
		checkpoint_open(arena, str_of(note), "aegis.example/log/2", public_key, &back));
}

Test(checkpoint, a_verifier_key_round_trips_and_knows_its_own_id)
{
	char *text = checkpoint_verifier_key(arena, sample.origin, public_key), *origin;
	uint8_t key[SIGN_PUBLIC_BYTES];

	cr_assert(checkpoint_parse_key(arena, str_of(text), &origin, key));
	cr_assert_str_eq(origin, sample.origin);
	cr_assert_arr_eq(key, public_key, sizeof key);
	text[0] = 'b';
	cr_assert_not(checkpoint_parse_key(arena, str_of(text), &origin, key));
	cr_assert_not(checkpoint_parse_key(arena, STR("a+00000000+AQ=="), &origin, key));
}
