/* What the log says of a change, from two states of a resource. */
#include "svc/kit/change_text.h"

#include <criterion/criterion.h>
#include <signal.h>

#include <aegis/golden/v1/golden.aegis.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "pbjson/pbjson.h"

#define CANARY "canary-2b7e"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(4 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(change, .init = set_up, .fini = tear_down);

static Golden__Thing *a_thing(const char *name)
{
	Golden__Thing *thing = arena_alloc(arena, sizeof *thing);

	golden__thing__init(thing);
	thing->id = "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a";
	thing->name = name;
	thing->version = 7;
	return thing;
}

static struct change_texts written(const void *before, const void *after, const void *given)
{
	struct change_out change = {
		.resource = &golden__thing__info, .before = before, .after = after, .given = given};
	struct change_texts text;

	cr_assert(is_ok(change_write(arena, &change, &text)));
	return text;
}

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)(uintptr_t)text};
}

static const char *long_text(size_t len)
{
	char *text = arena_alloc(arena, len + 1);

	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

Test(change, the_members_that_differ_are_told_with_both_values)
{
	Golden__Thing *old = a_thing("Lamp"), *new = a_thing("Lantern");
	struct change_texts text;

	new->kind = GOLDEN__THING__KIND__FANCY;
	new->version = 8;
	text = written(old, new, NULL);
	cr_assert_str_eq(text.before.ptr, "{\"name\":\"Lamp\",\"kind\":\"plain\"}");
	cr_assert_str_eq(text.after.ptr, "{\"name\":\"Lantern\",\"kind\":\"fancy\"}");
}

Test(change, what_one_state_leaves_unset_is_null)
{
	Golden__Thing *old = a_thing("Lamp"), *new = a_thing("Lamp");
	Golden__Size size = GOLDEN__SIZE__INIT;
	struct change_texts text;

	size.width = 2.5;
	old->size = &size;
	new->_weight_case = GOLDEN__THING___WEIGHT_WEIGHT;
	new->weight = 3;
	text = written(old, new, NULL);
	cr_assert_str_eq(text.before.ptr,
			 "{\"size\":{\"width\":2.5,\"height\":0,\"offset\":0},\"weight\":null}");
	cr_assert_str_eq(text.after.ptr, "{\"size\":null,\"weight\":3}");
}

Test(change, a_write_that_changed_nothing_says_so)
{
	struct change_texts text = written(a_thing("Lamp"), a_thing("Lamp"), NULL);

	cr_assert_str_eq(text.before.ptr, "{}");
	cr_assert_str_eq(text.after.ptr, "{}");
}

Test(change, a_creation_has_all_members_and_a_deletion_had_them)
{
	struct change_texts made = written(NULL, a_thing("Lamp"), NULL);
	struct change_texts gone = written(a_thing("Lamp"), NULL, NULL);

	cr_assert_eq(made.before.len, 0);
	cr_assert_eq(gone.after.len, 0);
	cr_assert(str_eq(made.after, gone.before));
	cr_assert(str_has_prefix(made.after, "{\"name\":\"Lamp\",\"color\":\"red\",\"kind\":"),
		  STR_FMT, STR_ARG(made.after));
	cr_assert_null(strstr(made.after.ptr, "null"));
	cr_assert_null(strstr(made.after.ptr, "\"version\""));
}

Test(change, protected_members_are_told_by_name_only)
{
	Golden__Thing *old = a_thing("Lamp"), *new = a_thing("Lamp");
	struct change_texts text;

	old->owner = CANARY "-old";
	new->owner = CANARY "-new";
	old->notes = bytes_of("{\"told\":\"" CANARY "\"}");
	new->key = CANARY;
	text = written(old, new, NULL);
	cr_assert_str_eq(text.before.ptr, "{\"$protected\":[\"notes\",\"owner\"]}");
	cr_assert_str_eq(text.after.ptr, "{\"$protected\":[\"owner\",\"key\"]}");
}

Test(change, a_protected_member_that_stays_is_not_told)
{
	Golden__Thing *old = a_thing("Lamp"), *new = a_thing("Lantern");

	old->owner = CANARY;
	new->owner = CANARY;
	cr_assert_str_eq(written(old, new, NULL).after.ptr, "{\"name\":\"Lantern\"}");
}

Test(change, a_member_that_is_only_given_is_told_by_name)
{
	Golden__Thing *given = a_thing("other than what was made");
	struct change_texts text;

	given->password = CANARY;
	text = written(NULL, a_thing("Lamp"), given);
	cr_assert_not_null(strstr(text.after.ptr, ",\"$protected\":[\"password\"]}"));
	cr_assert_null(strstr(text.after.ptr, "other than"));
	cr_assert_null(strstr(text.after.ptr, CANARY));
}

Test(change, a_value_that_is_too_long_is_told_by_its_length_and_hash)
{
	Golden__Thing *old = a_thing("Lamp"), *new = a_thing(long_text(CHANGE_VALUE_MAX));
	uint8_t hash[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	const char *json = arena_printf(arena, "\"%s\"", new->name);
	struct change_texts text = written(old, new, NULL);

	crypto_sha256(hash, json, strlen(json));
	hex_encode(hex, hash, sizeof hash);
	cr_assert_str_eq(text.before.ptr, "{\"name\":\"Lamp\"}");
	cr_assert_str_eq(text.after.ptr,
			 arena_printf(arena,
				      "{\"$cut\":{\"name\":{\"bytes\":%zu,\"sha256\":\"%s\"}}}",
				      strlen(json), hex));
}

Test(change, values_that_fit_one_by_one_are_cut_when_they_are_too_many)
{
	Golden__Thing *new = a_thing(long_text(CHANGE_VALUE_MAX - 2));
	struct change_texts text;

	new->shelf = new->spelled = new->switch_ = new->name;
	text = written(a_thing("Lamp"), new, NULL);
	cr_assert_leq(text.after.len, 65536);
	cr_assert(str_has_prefix(text.after, arena_printf(arena, "{\"name\":\"%s\",", new->name)),
		  "the first value that fits is whole");
	cr_assert_not_null(strstr(text.after.ptr, "\"$cut\":{"));
}

/* A PHI value must not be recognizable by its hash, either. */
Test(change, a_long_protected_value_leaves_no_hash)
{
	Golden__Thing *new = a_thing("Lamp");

	new->owner = long_text(2 * CHANGE_VALUE_MAX);
	cr_assert_str_eq(written(a_thing("Lamp"), new, NULL).after.ptr,
			 "{\"$protected\":[\"owner\"]}");
}

Test(change, a_list_with_a_protected_part_is_protected_as_a_whole)
{
	Golden__ListThingsResponse page = GOLDEN__LIST_THINGS_RESPONSE__INIT;
	Golden__Thing *things[] = {a_thing(CANARY)};
	struct change_out change = {.resource = &golden__list_things_response__info,
				    .after = &page};
	struct change_texts text;

	page.n_things = 1;
	page.things = things;
	cr_assert(is_ok(change_write(arena, &change, &text)));
	cr_assert_str_eq(text.after.ptr, "{\"nextPageToken\":\"\",\"$protected\":[\"things\"]}");
}

Test(change, what_the_daemon_says_beside_is_behind_the_members)
{
	struct details reason = details_new(arena), farewell = details_new(arena);
	struct change_out change = {.resource = &golden__thing__info,
				    .before = a_thing("Lamp"),
				    .after = a_thing("Lantern"),
				    .details = &reason};
	struct change_texts text;

	details_text(&reason, "reason", "a better word");
	cr_assert(is_ok(change_write(arena, &change, &text)));
	cr_assert_str_eq(text.before.ptr, "{\"name\":\"Lamp\"}");
	cr_assert_str_eq(text.after.ptr,
			 "{\"name\":\"Lantern\",\"$details\":{\"reason\":\"a better word\"}}");
	change.after = NULL;
	change.details = &farewell;
	cr_assert(is_ok(change_write(arena, &change, &text)));
	cr_assert(str_has_suffix(text.before, ",\"$details\":{}}"));
}

Test(change, another_message_than_the_resource_aborts, .signal = SIGABRT)
{
	Golden__Shelf shelf = GOLDEN__SHELF__INIT;

	(void)written(a_thing("Lamp"), &shelf, NULL);
}
