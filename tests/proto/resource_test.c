/* The body of a request that is a resource: which members it may hold, and what they must be. */
#include <criterion/criterion.h>
#include <string.h>

#include <aegis/golden/v1/golden.aegis.h>

#include "contract/contract.h"
#include "contract/method.h"
#include "pbjson/pbjson.h"

#define SHELF "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(1 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(resource, .init = set_up, .fini = tear_down);

struct body {
	const struct pb_info *request;
	const char *field; /* of the request, which is the body */
	bool is_patch;
};

static const struct body creation = {&golden__add_thing_request__info, "thing", false};
static const struct body change = {&golden__update_thing_request__info, "thing", true};
static const struct body replacement = {&golden__put_shelf_request__info, "shelf", false};

/* The request as the gateway makes it of a body; NULL when JSON itself is refused, *said why. */
static ProtobufCMessage *parsed(const struct body *body, const char *json, const char **said)
{
	ProtobufCMessage *request = pbjson_new(arena, body->request);
	struct pbjson_paths present = {};
	struct pbjson_options options = {.present = body->is_patch ? &present : NULL,
					 .null_clears = body->is_patch};
	struct pbjson_error error;

	if (is_failed(pbjson_parse_field(arena, body->request, request, body->field, str_of(json),
					 &options, &error))) {
		*said = arena_printf(arena, "%s %s", error.path, pbjson_reason_name(error.reason));
		return NULL;
	}
	if (body->is_patch)
		pbjson_fill_mask(arena, body->request, request, &present);
	return request;
}

/* "name REQUIRED, …", or "" when the body is taken; the id of the path is right. */
static const char *said_of(const struct body *body, const char *json)
{
	struct strbuf out = strbuf_new(arena);
	struct field_errors errs = {.arena = arena};
	const char *said = "";
	ProtobufCMessage *request = parsed(body, json, &said);

	if (!request)
		return said;
	*(const char **)(void *)((char *)request + body->request->descriptor->fields[0].offset) =
		SHELF;
	cr_assert_eq(is_ok(contract_validate(body->request, request, &errs)), errs.n == 0);
	for (size_t i = 0; i < errs.n; i++)
		strbuf_printf(&out, "%s%s %s", i ? ", " : "", errs.items[i].field,
			      errs.items[i].reason);
	return out.ptr ? out.ptr : "";
}

#define EXPECT(body, json, wanted) cr_expect_str_eq(said_of(&(body), (json)), (wanted), "%s", json)

Test(resource, is_created_from_the_members_that_a_client_gives)
{
	EXPECT(creation, "{\"name\":\"Lamp\",\"shelf\":\"top\"}", "");
	EXPECT(creation,
	       "{\"name\":\"Lamp\",\"shelf\":\"top\",\"color\":\"red\",\"password\":\"12345678\"}",
	       "");
	EXPECT(creation, "{}", "thing.name REQUIRED, thing.shelf REQUIRED");
	EXPECT(creation, "{\"name\":\" \",\"shelf\":\"top\"}", "thing.name REQUIRED");
}

Test(resource, refuses_output_only_members_whatever_their_value)
{
	EXPECT(creation, "{\"id\":\"\"}", "id READ_ONLY");
	EXPECT(creation, "{\"version\":\"0\"}", "version UPDATE_ONLY");
	EXPECT(creation, "{\"createdAt\":null}", "createdAt READ_ONLY");
	EXPECT(creation, "{\"key\":\"mine\"}", "key READ_ONLY");
	EXPECT(change, "{\"owner\":\"me\"}", "owner READ_ONLY");
	EXPECT(change, "{\"labels\":{}}", "labels READ_ONLY");
	EXPECT(replacement, "{\"label\":\"mine\"}", "label READ_ONLY");
}

Test(resource, refuses_members_of_creation_in_a_change_and_the_other_way_round)
{
	EXPECT(change, "{\"color\":\"red\"}", "color CREATE_ONLY");
	EXPECT(change, "{\"password\":\"12345678\"}", "password CREATE_ONLY");
	EXPECT(creation, "{\"kind\":\"plain\"}", "kind UPDATE_ONLY");
}

Test(resource, is_changed_by_the_rules_of_its_creation)
{
	EXPECT(change, "{}", "");
	EXPECT(change, "{\"kind\":\"fancy\"}", "");
	EXPECT(change, "{\"name\":\" \"}", "thing.name REQUIRED");
	EXPECT(change, "{\"name\":\"a name of more than twenty\"}", "thing.name TOO_LONG");
	EXPECT(change, "{\"sizes\":[{\"offset\":9}]}", "thing.sizes[0].offset TOO_LARGE");
	EXPECT(change, "{\"sizes\":[{},{},{},{}]}", "sizes TOO_MANY_ITEMS");
	EXPECT(change, "{\"beside\":\"no id\"}", "thing.beside NOT_UUID");
}

Test(resource, takes_null_for_what_can_be_without_a_value)
{
	EXPECT(change, "{\"weight\":null}", "");
	EXPECT(change, "{\"size\":null}", "");
	EXPECT(change, "{\"beside\":null}", "");
	EXPECT(change, "{\"name\":null}", "name NULL_VALUE");
	EXPECT(change, "{\"kind\":null}", "kind NULL_VALUE");
	EXPECT(change, "{\"sizes\":null}", "sizes NULL_VALUE");
}

Test(resource, names_its_version_in_a_change)
{
	EXPECT(change, "{\"version\":\"3\"}", "");
	EXPECT(replacement, "{\"revision\":\"3\",\"room\":\"cellar\"}", "");
}

Test(resource, is_replaced_with_all_that_it_must_have)
{
	EXPECT(replacement, "{\"room\":\"cellar\"}", "");
	EXPECT(replacement, "{}", "shelf.room REQUIRED");
}

/* What a member that is an object holds is replaced whole: the mask names the member alone. */
Test(resource, is_changed_member_by_member_and_no_deeper)
{
	const char *said = "";
	Golden__UpdateThingRequest *request = (Golden__UpdateThingRequest *)parsed(
		&change, "{\"size\":{\"offset\":1},\"name\":\"x\"}", &said);

	cr_assert(request, "%s", said);
	cr_assert_eq(request->update_mask->n_paths, 2);
	cr_expect_str_eq(request->update_mask->paths[0], "size");
	cr_expect_str_eq(request->update_mask->paths[1], "name");
}

/* Another daemon sends no JSON: what the message itself says is held against the same rules. */
static const char *said_of_message(const Golden__Thing *thing, const char *path)
{
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Golden__UpdateThingRequest request = GOLDEN__UPDATE_THING_REQUEST__INIT;
	struct field_errors errs = {.arena = arena};

	request.id = SHELF;
	request.thing = (Golden__Thing *)(uintptr_t)thing;
	mask.paths = (char **)(uintptr_t)&path;
	mask.n_paths = 1;
	request.update_mask = &mask;
	(void)contract_validate(&golden__update_thing_request__info, &request.base, &errs);
	return errs.n ? arena_printf(arena, "%s %s", errs.items[0].field, errs.items[0].reason)
		      : "";
}

Test(resource, refuses_a_mask_that_names_what_cannot_be_changed)
{
	Golden__Thing thing = GOLDEN__THING__INIT;

	cr_expect_str_eq(said_of_message(&thing, "kind"), "");
	cr_expect_str_eq(said_of_message(&thing, "owner"), "thing.owner READ_ONLY");
	cr_expect_str_eq(said_of_message(&thing, "color"), "thing.color CREATE_ONLY");
	cr_expect_str_eq(said_of_message(&thing, "size.width"), "thing.size.width UNKNOWN_FIELD");
	thing.owner = "me";
	cr_expect_str_eq(said_of_message(&thing, "kind"), "thing.owner READ_ONLY");
}

Test(resource, stays_out_of_the_query)
{
	Golden__AddThingRequest request = GOLDEN__ADD_THING_REQUEST__INIT;
	struct pbjson_binder binder = {
		.arena = arena, .info = &golden__add_thing_request__info, .msg = &request.base};

	cr_expect(is_failed(pbjson_bind(&binder, STR("thing.name"), STR("Lamp"))));
	cr_expect_eq(binder.error.reason, PBJSON_UNKNOWN_FIELD);
}
