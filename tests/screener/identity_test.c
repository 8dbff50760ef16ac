/* Versions that name each other: what is changed, left out or put in is found. */
#include <criterion/criterion.h>

#include "crypto/hash.h"
#include "crypto/sign.h"
#include "screener/exchange/identity.h"
#include "screener/json/canon.h"

#define VERSIONS 4

struct chain {
	struct arena *arena;
	uint8_t private_key[SIGN_PRIVATE_BYTES];
	struct identity_link links[VERSIONS];
};

static struct chain chain;

static void set_up(void)
{
	uint8_t public_key[SIGN_PUBLIC_BYTES], seed[SIGN_SEED_BYTES] = {7};

	crypto_init();
	chain.arena = arena_new(1 << 20);
	sign_from_seed(public_key, chain.private_key, seed);
	for (int i = 0; i < VERSIONS; i++) {
		struct identity_link *link = &chain.links[i];

		*link = (struct identity_link){.version = {.slug = "statin-otc",
							   .number = i + 1,
							   .published_at = DAYS(20000) + HOURS(i)}};
		memset(link->version.content, 0x10 + i, IDENTITY_HASH_BYTES);
		if (i)
			identity_hash(chain.arena, &link[-1].version, link->version.previous);
		identity_sign(chain.arena, &link->version, chain.private_key, link->signature);
		memcpy(link->public_key, public_key, sizeof public_key);
	}
}

static void tear_down(void)
{
	arena_free(&chain.arena);
}

TestSuite(identity, .init = set_up, .fini = tear_down);

static void sign_again(int i)
{
	identity_sign(chain.arena, &chain.links[i].version, chain.private_key,
		      chain.links[i].signature);
}

static void expect_broken(size_t n, size_t at, const char *reason)
{
	size_t broken = 99;
	struct status st = identity_verify_chain(chain.arena, chain.links, n, &broken);

	cr_assert_eq(st.code, STATUS_DATA_LOSS);
	cr_expect_str_eq(reason_name(st.reason), reason);
	cr_expect_eq(broken, at);
}

Test(identity, a_whole_chain_verifies)
{
	size_t broken;

	cr_expect(is_ok(identity_verify_chain(chain.arena, chain.links, VERSIONS, &broken)));
}

Test(identity, changed_content_breaks_its_own_signature)
{
	chain.links[1].version.content[0] ^= 1;
	expect_broken(VERSIONS, 1, "CHAIN_SIGNATURE");
}

Test(identity, changed_and_newly_signed_content_breaks_the_next_link)
{
	chain.links[1].version.content[0] ^= 1;
	sign_again(1);
	expect_broken(VERSIONS, 2, "CHAIN_PREVIOUS");
}

Test(identity, a_version_left_out_is_a_gap)
{
	memmove(&chain.links[1], &chain.links[2], 2 * sizeof chain.links[0]);
	expect_broken(VERSIONS - 1, 1, "CHAIN_NUMBER");
}

Test(identity, the_first_version_has_nothing_before_it)
{
	chain.links[0].version.previous[5] = 1;
	sign_again(0);
	expect_broken(VERSIONS, 0, "CHAIN_PREVIOUS");
}

Test(identity, a_version_of_another_slug_does_not_continue_the_chain)
{
	chain.links[2].version.slug = "other";
	sign_again(2);
	expect_broken(VERSIONS, 2, "CHAIN_SLUG");
}

Test(identity, time_does_not_run_backwards)
{
	chain.links[3].version.published_at = DAYS(1);
	sign_again(3);
	expect_broken(VERSIONS, 3, "CHAIN_TIME");
}

Test(identity, another_key_does_not_verify)
{
	chain.links[0].public_key[0] ^= 1;
	expect_broken(VERSIONS, 0, "CHAIN_SIGNATURE");
}

Test(identity, the_statement_is_canonical_and_names_everything)
{
	struct str first = identity_statement(chain.arena, &chain.links[0].version);

	cr_expect_str_eq(
		first.ptr,
		"{\"content\":\"1010101010101010101010101010101010101010101010101010101010101010\","
		"\"format\":\"screener-version/1\",\"number\":1,\"previous\":null,"
		"\"published_at\":\"2024-10-04T00:00:00Z\",\"slug\":\"statin-otc\"}");
}

Test(identity, layout_and_member_order_do_not_change_a_document)
{
	uint8_t a[IDENTITY_HASH_BYTES], b[IDENTITY_HASH_BYTES], expected[IDENTITY_HASH_BYTES];
	const char canonical[] = "{\"a\":[1,2.5],\"b\":\"x\"}";

	cr_assert(is_ok(identity_of_document(chain.arena, str_of(canonical), a)));
	cr_assert(is_ok(identity_of_document(
		chain.arena, STR("{ \"b\" : \"\\u0078\",\n \"a\" : [1.0, 25e-1] }"), b)));
	crypto_sha256(expected, canonical, sizeof canonical - 1);
	cr_expect_arr_eq(a, expected, sizeof a);
	cr_expect_arr_eq(b, expected, sizeof b);
}

Test(identity, a_document_that_is_no_json_has_no_identity)
{
	uint8_t out[IDENTITY_HASH_BYTES];

	cr_expect_str_eq(reason_name(identity_of_document(chain.arena, STR("{"), out).reason),
			 "CANON_JSON");
}

static const char *const open_questions[] = {"pregnant", "liver"};

static struct identity_acceptance an_acceptance(const char *reason)
{
	struct identity_acceptance acceptance = {.questions = open_questions,
						 .n_questions = 2,
						 .reason = reason,
						 .accepted_by =
							 "0198c0de-0000-7000-8000-000000000001",
						 .accepted_at = DAYS(20000)};

	memset(acceptance.content, 0x11, sizeof acceptance.content);
	return acceptance;
}

Test(identity, an_acceptance_of_risk_is_signed_with_the_version_and_cannot_be_taken_out)
{
	struct identity_acceptance acceptance =
		an_acceptance("Weighed with Dr. \"B\", \xc3\xa9tude 7");
	struct identity_version *version = &chain.links[VERSIONS - 1].version;
	uint8_t record[IDENTITY_HASH_BYTES], other[IDENTITY_HASH_BYTES];
	struct str statement;
	size_t broken;

	cr_assert(is_ok(identity_of_acceptance(chain.arena, &acceptance, record)));
	version->safety_acceptance = record;
	sign_again(VERSIONS - 1);
	statement = identity_statement(chain.arena, version);
	cr_assert(strstr(str_dup(chain.arena, statement), "\",\"safety_acceptance\":\""));
	cr_expect(is_ok(identity_verify_chain(chain.arena, chain.links, VERSIONS, &broken)));
	version->safety_acceptance = NULL;
	expect_broken(VERSIONS, VERSIONS - 1, "CHAIN_SIGNATURE");
	acceptance.reason = "Weighed with nobody";
	cr_assert(is_ok(identity_of_acceptance(chain.arena, &acceptance, other)));
	version->safety_acceptance = other;
	expect_broken(VERSIONS, VERSIONS - 1, "CHAIN_SIGNATURE");
	version->safety_acceptance = NULL;
}

Test(identity, a_statement_with_an_acceptance_is_canonical)
{
	struct identity_acceptance acceptance = an_acceptance("why");
	struct identity_version *version = &chain.links[0].version;
	uint8_t record[IDENTITY_HASH_BYTES];
	struct str statement, canonical;

	cr_assert(is_ok(identity_of_acceptance(chain.arena, &acceptance, record)));
	version->safety_acceptance = record;
	statement = identity_statement(chain.arena, version);
	cr_assert(is_ok(canon_bytes(chain.arena, statement, &canonical)));
	cr_expect(str_eq(statement, canonical));
	version->safety_acceptance = NULL;
}
