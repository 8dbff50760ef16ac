/* Published versions of a screener: immutable, hashed, signed and chained. */
#include <criterion/criterion.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "screener/exchange/identity.h"
#include "world.h"

TEST_DATABASE

TestSuite(versions, .init = program_start, .fini = daemons_stop, .timeout = 60);

Test(versions, a_published_version_is_immutable_for_everybody)
{
	Program__ScreenerVersion edit = PROGRAM__SCREENER_VERSION__INIT;
	Program__UpdateScreenerRequest update = PROGRAM__UPDATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;

	update.screener = &edit;
	update.program_id = id;
	update.version = draft(acme, id, good)->version;
	edit.document = bytes_of(good);
	expect_ok(publish(acme, id, update.version));
	expect_fail(call(as(acme, "ann"), "UpdateScreener", &update), FAILED_PRECONDITION,
		    "SCREENER_PUBLISHED");
	expect_fail(publish(acme, id, update.version), FAILED_PRECONDITION, "SCREENER_PUBLISHED");
	cr_assert(test_sql_is_refused("UPDATE program.screener_version SET slug = 'x'"));
	cr_assert(test_sql_is_refused("DELETE FROM program.screener_version"));
}

Test(versions, are_hashed_signed_and_chained)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;
	const Program__ScreenerVersion *first, *second;
	struct arena *arena = arena_new(1 << 20);
	struct identity_version statement = {.slug = "small", .number = 1};
	uint8_t *signature, key[32], hash[32];
	char hex[65];
	size_t len;

	first = expect_ok(publish(acme, id, draft(acme, id, good)->version));
	second = expect_ok(publish(acme, id, draft(acme, id, good)->version));
	cr_assert_str_eq(first->content_hash, second->content_hash, "the same content");
	cr_assert_str_eq(first->previous_hash, "");
	crypto_sha256(hash, first->document.data, first->document.len);
	hex_encode(hex, hash, sizeof hash);
	cr_assert_str_eq(first->content_hash, hex);
	memcpy(statement.content, hash, sizeof hash);
	statement.published_at =
		SECONDS(first->published_at->seconds) + first->published_at->nanos / 1000;
	cr_assert(base64url_decode(arena, str_of(first->signature), &signature, &len));
	cr_assert(hex_decode(key, sizeof key, str_of(first->signing_key)));
	cr_assert(identity_verify(arena, &statement, signature, key));
	identity_hash(arena, &statement, hash);
	hex_encode(hex, hash, sizeof hash);
	cr_assert_str_eq(second->previous_hash, hex, "the chain");
	arena_free(&arena);
}

#define RACERS 4

Test(versions, published_at_once_make_one_chain_without_gaps)
{
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;
	struct publication racers[RACERS] = {};

	for (int i = 0; i < RACERS; i++) {
		racers[i].who = as(acme, "ann");
		racers[i].version = draft(acme, id, good)->version;
		racers[i].program_id = id;
	}
	for (int i = 0; i < RACERS; i++)
		publication_start(&racers[i]);
	for (int i = 0; i < RACERS; i++) {
		struct status st = publication_join(&racers[i]);

		cr_expect(is_ok(st), "%s", reason_name(st.reason));
	}
	expect_count(RACERS, acme, "program.screener_version");
	cr_assert_eq(test_count("SELECT count(*) FROM program.screener_version a JOIN "
				"program.screener_version b "
				"ON b.tenant_id = a.tenant_id AND b.program_id = a.program_id AND "
				"b.number = a.number + 1 "
				"AND b.previous_hash = a.statement_hash WHERE a.program_id = '%s'",
				id),
		     RACERS - 1);
	expect_count(1, acme, "program.publish_key");
}

Test(versions, a_retired_version_gives_way_to_the_one_before)
{
	Program__RetireScreenerRequest retire = PROGRAM__RETIRE_SCREENER_REQUEST__INIT;
	Program__GetProgramRequest get = PROGRAM__GET_PROGRAM_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	const char *id = a_program(acme)->id;

	expect_ok(publish(acme, id, draft(acme, id, good)->version));
	retire.program_id = get.id = id;
	retire.version = draft(acme, id, good)->version;
	expect_fail(call(as(acme, "ann"), "RetireScreener", &retire), FAILED_PRECONDITION,
		    "SCREENER_NOT_PUBLISHED");
	expect_ok(publish(acme, id, retire.version));
	expect_ok(call(as(acme, "ann"), "RetireScreener", &retire));
	expect_ok(call(as(acme, "ann"), "RetireScreener", &retire));
	cr_assert_eq(
		((const Program__Program *)expect_ok(call(as(acme, "ann"), "GetProgram", &get)))
			->published_version,
		1);
	cr_assert_eq(events_out("program", acme, "screener.retired"), 1);
}
