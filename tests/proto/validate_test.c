/* Every rule of a field, met and not met, and the path and reason it is told with. */
#include <aegis/golden/v1/golden.aegis.h>
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "contract/contract.h"

#define UUID "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a"

static struct arena *arena;

static void open_arena(void)
{
	arena = arena_new(SIZE_MAX);
}

static void close_arena(void)
{
	arena_free(&arena);
}

TestSuite(validate, .init = open_arena, .fini = close_arena);

static const char *tags[] = {"one", "two"};
static Golden__Size size = GOLDEN__SIZE__INIT;
static char lamp[] = "Lamp"; /* validation trims it in place */

/* A request that breaks no rule. */
static Golden__CreateThingRequest right(void)
{
	Golden__CreateThingRequest req = GOLDEN__CREATE_THING_REQUEST__INIT;

	req.name = arena_strdup(arena, "Lamp");
	req.shelf_id = UUID;
	req.n_tags = 2;
	req.tags = tags;
	req.size = &size;
	req._count_case = GOLDEN__CREATE_THING_REQUEST___COUNT_COUNT;
	req.count = 3;
	return req;
}

/* "path REASON, path REASON" of what is wrong, in the order of the fields. */
static const char *verdict(const ProtobufCMessage *req, const struct pb_info *info)
{
	struct field_errors errs = {.arena = arena};
	struct status st = contract_validate(info, req, &errs);
	struct strbuf out = strbuf_new(arena);

	cr_assert_eq(is_ok(st), errs.n == 0);
	if (is_failed(st))
		cr_assert_str_eq(reason_name(st.reason), "INVALID_FIELDS");
	strbuf_add_c(&out, "");
	for (size_t i = 0; i < errs.n; i++) {
		strbuf_printf(&out, "%s%s %s", i ? ", " : "", errs.items[i].field,
			      errs.items[i].reason);
		cr_assert(errs.items[i].message[0]);
	}
	return out.ptr;
}

#define expect_verdict(req, wanted)                                                                \
	cr_expect_str_eq(verdict(&(req).base, &golden__create_thing_request__info), wanted)

Test(validate, a_right_request_passes)
{
	Golden__CreateThingRequest req = right();

	expect_verdict(req, "");
}

Test(validate, everything_that_is_missing_is_told_at_once)
{
	Golden__CreateThingRequest req = GOLDEN__CREATE_THING_REQUEST__INIT;

	expect_verdict(
		req,
		"name REQUIRED, shelfId REQUIRED, tags TOO_FEW, size REQUIRED, count REQUIRED");
}

#define TEXT_CASE(member, value_, wanted)                                                          \
	do {                                                                                       \
		Golden__CreateThingRequest req = right();                                          \
		req.member = arena_strdup(arena, value_);                                          \
		expect_verdict(req, wanted);                                                       \
	} while (0)

Test(validate, length_counts_code_points_after_trimming)
{
	TEXT_CASE(name, "L", "name TOO_SHORT");
	TEXT_CASE(name, "  L  ", "name TOO_SHORT");
	TEXT_CASE(name, "   ", "name REQUIRED");
	TEXT_CASE(name, "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", "");
	TEXT_CASE(name, "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", "name TOO_LONG");
}

Test(validate, trimming_changes_the_message)
{
	Golden__CreateThingRequest req = right();

	req.name = arena_strdup(arena, " \t Lamp \n");
	expect_verdict(req, "");
	cr_expect_str_eq(req.name, "Lamp");
}

Test(validate, forms_of_text)
{
	TEXT_CASE(shelf_id, "no", "shelfId NOT_UUID");
	TEXT_CASE(code, "A1-22", "");
	TEXT_CASE(code, "A1-22222", "code PATTERN");
	TEXT_CASE(mail, "ann@acme.example", "");
	TEXT_CASE(mail, "ann", "mail NOT_EMAIL");
	TEXT_CASE(day, "2024-02-29", "");
	TEXT_CASE(day, "2026-02-29", "day NOT_DATE");
	TEXT_CASE(link, "https://acme.example/x", "");
	TEXT_CASE(link, "acme.example", "link NOT_URI");
	TEXT_CASE(shape, "round", "");
	TEXT_CASE(shape, "Round", "shape NOT_ALLOWED");
}

Test(validate, text_without_an_option_has_a_limit_too)
{
	Golden__PeekThingRequest peek = GOLDEN__PEEK_THING_REQUEST__INIT;
	Golden__ListThingsRequest list = GOLDEN__LIST_THINGS_REQUEST__INIT;
	char *text = arena_alloc(arena, 1026);

	memset(text, 'a', 1025);
	text[1025] = '\0';
	peek.id = UUID;
	cr_expect_str_eq(verdict(&peek.base, &golden__peek_thing_request__info), "");
	list.page_token = text;
	cr_expect_str_eq(verdict(&list.base, &golden__list_things_request__info),
			 "pageToken TOO_LONG");
	list.page_token = text + 1;
	cr_expect_str_eq(verdict(&list.base, &golden__list_things_request__info), "");
}

Test(validate, lists_have_a_size_and_items_have_rules)
{
	const char *five[] = {"a", "b", "c", "d", "e"}, *odd[] = {"fine", "toolong", ""};
	Golden__CreateThingRequest req = right();

	req.n_tags = 1;
	expect_verdict(req, "tags TOO_FEW");
	req.n_tags = 5;
	req.tags = five;
	expect_verdict(req, "tags TOO_MANY");
	req.n_tags = 3;
	req.tags = odd;
	expect_verdict(req, "tags[1] TOO_LONG, tags[2] TOO_SHORT");
}

Test(validate, numbers_have_bounds)
{
	Golden__CreateThingRequest req = right();
	int32_t numbers[] = {0, -1, 5};

	req.count = 10;
	req.big = UINT64_MAX;
	req.small = -4;
	req.medium = 101;
	req.numbers = numbers;
	req.n_numbers = 3;
	expect_verdict(req, "count TOO_LARGE, big TOO_LARGE, small TOO_SMALL, medium TOO_LARGE, "
			    "numbers[1] TOO_SMALL");
	req = right();
	req.big = 1000;
	req.small = -3;
	req.medium = 100;
	expect_verdict(req, "");
}

Test(validate, an_absent_optional_number_is_not_zero)
{
	Golden__Thing thing = GOLDEN__THING__INIT;

	thing.name = lamp;
	thing.shelf = "top";
	cr_expect_str_eq(verdict(&thing.base, &golden__thing__info), "");
	thing._weight_case = GOLDEN__THING___WEIGHT_WEIGHT;
	cr_expect_str_eq(verdict(&thing.base, &golden__thing__info), "weight TOO_SMALL");
}

Test(validate, enums_take_only_numbers_with_a_name)
{
	Golden__CreateThingRequest req = right();
	Golden__Color colors[] = {GOLDEN__COLOR__DARK_BLUE, 3};

	req.color = 1;
	req.colors = colors;
	req.n_colors = 2;
	expect_verdict(req, "color NOT_ALLOWED, colors[1] NOT_ALLOWED");
}

Test(validate, bytes_and_free_json_have_a_size)
{
	Golden__CreateThingRequest req = right();
	uint8_t block[64] = {};

	req.picture = (ProtobufCBinaryData){1, block};
	req.notes = (ProtobufCBinaryData){33, block};
	expect_verdict(req, "picture TOO_SHORT, notes TOO_LONG");
	req.picture.len = 9;
	req.notes.len = 32;
	expect_verdict(req, "picture TOO_LONG");
}

Test(validate, only_the_chosen_member_of_a_oneof_counts)
{
	Golden__CreateThingRequest req = right();

	req.choice_case = GOLDEN__CREATE_THING_REQUEST__CHOICE_LEFT;
	req.left = "ab";
	expect_verdict(req, "left TOO_SHORT");
	req.choice_case = GOLDEN__CREATE_THING_REQUEST__CHOICE__NOT_SET;
	expect_verdict(req, "");
}

Test(validate, messages_inside_are_looked_into)
{
	Golden__CreateThingRequest__NamedEntry entry =
		GOLDEN__CREATE_THING_REQUEST__NAMED_ENTRY__INIT;
	Golden__CreateThingRequest__NamedEntry *entries[] = {&entry};
	Golden__CreateThingRequest req = right();
	Golden__Size odd = GOLDEN__SIZE__INIT;

	odd.offset = 6;
	entry.key = "k";
	entry.value = &odd;
	req.size = &odd;
	req.named = entries;
	req.n_named = 1;
	expect_verdict(req, "size.offset TOO_LARGE, named[0].value.offset TOO_LARGE");
}

Test(validate, times_stay_in_the_calendar)
{
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Google__Protobuf__Duration lasts = GOOGLE__PROTOBUF__DURATION__INIT;
	Golden__CreateThingRequest req = right();

	req.at = &at;
	req.lasts = &lasts;
	expect_verdict(req, "");
	at.seconds = INT64_MAX;
	lasts.seconds = 1;
	lasts.nanos = -1;
	expect_verdict(req, "at NOT_TIMESTAMP, lasts NOT_DURATION");
	at = (Google__Protobuf__Timestamp)GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	at.nanos = -1;
	lasts.nanos = 1;
	expect_verdict(req, "at NOT_TIMESTAMP");
}

Test(validate, no_more_errors_are_kept_than_there_is_room_for)
{
	Golden__ListThingsResponse list = GOLDEN__LIST_THINGS_RESPONSE__INIT;
	struct field_errors errs = {.arena = arena};
	Golden__Thing thing = GOLDEN__THING__INIT, *things[100];

	thing.id = "no";
	thing.name = lamp;
	thing.shelf = "top";
	for (size_t i = 0; i < 100; i++)
		things[i] = &thing;
	list.things = things;
	list.n_things = 100;
	cr_expect(is_failed(
		contract_validate(&golden__list_things_response__info, &list.base, &errs)));
	cr_expect_eq(errs.n, FIELD_ERRORS_MAX);
	cr_expect_str_eq(errs.items[31].field, "things[31].id");
}
