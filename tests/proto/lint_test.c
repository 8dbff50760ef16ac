/* What the generator refuses, with the words it says so. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"
#include "proto/lint_kit.h"

Test(lint, takes_what_is_right)
{
	accept(FIELD("string a = 1 [(aegis.field) = {required: true, pattern: \"[a-z]{2,5}\"}];"));
	accept(RPC(HTTP("/api/m") OPEN));
}

Test(lint, refuses_presence_by_optional)
{
	refuse(FIELD("optional int32 count = 1;"),
	       "bad.proto: aegis.bad.v1.M.count: protobuf-c has no proto3 optional; write oneof "
	       "_count { ... } around it");
}

Test(lint, refuses_messages_that_contain_themselves)
{
	refuse("message A { B b = 1; } message B { repeated A a = 1; }",
	       "bad.proto: aegis.bad.v1.A contains itself; carry it as bytes with json instead");
	refuse(FIELD("map<string, M> m = 1;"), "aegis.bad.v1.M contains itself");
}

Test(lint, refuses_graphs_that_nest_too_deep)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct strbuf body = strbuf_new(arena);

	for (int i = 0; i < 20; i++)
		strbuf_printf(&body, "message M%d { M%d next = 1; } ", i, i + 1);
	strbuf_add_c(&body, "message M20 {}");
	refuse(body.ptr, "aegis.bad.v1.M0 nests deeper than 16 messages");
	arena_free(&arena);
}

Test(lint, refuses_types_without_tables)
{
	refuse(FIELD("google.protobuf.Any any = 1;"), "M.any: of google.protobuf only Timestamp, "
						      "Duration, FieldMask and Empty may be used");
}

Test(lint, refuses_rules_on_the_wrong_kind_of_field)
{
	refuse(FIELD("int32 a = 1 [(aegis.field).uuid = true];"),
	       "M.a: uuid, email, date, uri, name, trim, in and pattern are for strings");
	refuse(FIELD("string a = 1 [(aegis.field) = {uuid: true, email: true}];"),
	       "M.a: a string has one form only");
	refuse(FIELD("bool a = 1 [(aegis.field).max_len = 3];"),
	       "M.a: min_len and max_len are for strings and bytes");
	refuse(FIELD("string a = 1 [(aegis.field).json = true];"), "M.a: json is for bytes");
	refuse(FIELD("bytes a = 1 [(aegis.field).json_max_bytes = 9];"),
	       "M.a: json_max_bytes and json_schema need json");
	refuse(FIELD("double a = 1 [(aegis.field) = {min: 1}];"),
	       "M.a: min and max are for integers");
	refuse(FIELD("string a = 1 [(aegis.field).max_items = 1];"),
	       "M.a: min_items and max_items are for repeated fields");
	refuse(FIELD("bool a = 1 [(aegis.field).required = true];"),
	       "M.a: required cannot tell 0 from absent; write oneof _a { ... } or min");
}

Test(lint, refuses_limits_that_nothing_meets)
{
	refuse(FIELD("string a = 1 [(aegis.field) = {min_len: 4, max_len: 3}];"),
	       "M.a: min_len is more than max_len");
	refuse(FIELD("int32 a = 1 [(aegis.field) = {min: 4, max: 3}];"),
	       "M.a: min is more than max");
	refuse(FIELD("repeated int32 a = 1 [(aegis.field) = {min_items: 4, max_items: 3}];"),
	       "M.a: min_items is more than max_items");
}

Test(lint, refuses_patterns_it_cannot_match)
{
	refuse(FIELD("string a = 1 [(aegis.field).pattern = \"(a|b)\"];"),
	       "M.a: pattern '(a|b)': a pattern");
	refuse(FIELD("string a = 1 [(aegis.field).pattern = \"[z-a]\"];"), "M.a: pattern '[z-a]'");
	refuse(FIELD("string a = 1 [(aegis.field).pattern = \"[a-z]*[a-f]\"];"),
	       "M.a: pattern '[a-z]*[a-f]': can be matched in two ways");
}

Test(lint, refuses_enums_with_two_names_for_one_thing)
{
	refuse("enum E { option allow_alias = true; A = 0; B = 0; }",
	       "aegis.bad.v1.E: A and B are the same number");
	refuse("enum E { A = 0 [(aegis.json) = \"x\"]; B = 1 [(aegis.json) = \"x\"]; }",
	       "aegis.bad.v1.E: A and B have the same name in JSON");
}

Test(lint, refuses_rpcs_that_nobody_could_call)
{
	refuse(RPC(""), "bad.proto: rpc DoThing: has neither google.api.http nor "
			"(aegis.rule).internal: nobody could call it");
	refuse(RPC(HTTP("/api/m")),
	       "rpc DoThing: is reachable by HTTP but (aegis.rule) says nobody");
	refuse(RPC("option (aegis.rule) = {internal: [\"auth\"], public: true};"),
	       "rpc DoThing: has no HTTP binding, so only internal callers can be named");
}

Test(lint, refuses_policies_that_contradict_themselves)
{
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, admin: true};"),
	       "rpc DoThing: is public and restricted at once");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {signed_in: true, permission: "
				  "\"things:read\"};"),
	       "rpc DoThing: asks for a permission, so signed_in says nothing; drop one");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {permission: \"Things\"};"),
	       "rpc DoThing: a permission is written resource:verb");
}

Test(lint, refuses_transactions_that_cannot_do_it)
{
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, tx: TX_READ, audit: "
				  "AUDIT_READ, "
				  "audit_action: \"m.read\"};"),
	       "rpc DoThing: an audited read writes its event: tx must be TX_WRITE");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, tx: TX_ONE, audit: "
				  "AUDIT_WRITE, "
				  "audit_action: \"m.made\"};"),
	       "rpc DoThing: an audited change needs TX_WRITE or TX_MANUAL");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, tx: TX_WRITE, audit: "
				  "AUDIT_WRITE};"),
	       "rpc DoThing: is audited but names no audit_action");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, idempotency: "
				  "IDEMPOTENCY_OPTIONAL};"),
	       "rpc DoThing: an Idempotency-Key needs TX_WRITE or TX_MANUAL");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, success: 204};"),
	       "rpc DoThing: 204 has no body, but the response has fields");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, deadline_ms: 600000};"),
	       "rpc DoThing: the deadline is over a minute; make it a job");
}

Test(lint, refuses_names_and_shapes_that_c_has_no_room_for)
{
	refuse("message M {} service S { rpc Register(M) returns (M) { " HTTP("/m") OPEN " } }",
	       "rpc Register: the name is a keyword");
	refuse("message M {} service S { rpc Watch(M) returns (stream M) { " HTTP("/m") OPEN " } }",
	       "rpc Watch: streams are not supported; page or use a blob");
}

Test(lint, refuses_paths_that_bind_nothing)
{
	refuse(RPC(HTTP("/api/{nothing}") OPEN),
	       "rpc DoThing: POST /api/{nothing}: the request has no field 'nothing'");
	refuse(RPC(HTTP("/api/{many}") OPEN), "a path variable binds one plain value, not 'many'");
	refuse(RPC(HTTP("/api/{part}") OPEN), "a path variable binds one plain value, not 'part'");
	refuse(RPC(HTTP("api/m") OPEN),
	       "a path is /literals and {variables} with an optional :verb");
	refuse(RPC(HTTP("/api/**") OPEN),
	       "a path is /literals and {variables} with an optional :verb");
	refuse("message M { string id = 1; } service S { rpc GetM(M) returns (M) { option "
	       "(google.api.http) = {get: \"/m/{id}\"}; " OPEN " } }",
	       "GET /m/{id}: a path variable must be required: 'id'");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {signed_in: true, tenant: TENANT_PATH};"),
	       "POST /api/m: TENANT_PATH needs the variable '{tenant_id}'");
}

Test(lint, refuses_bodies_that_do_not_fit)
{
	refuse(RPC("option (google.api.http) = {get: \"/api/m\" body: \"*\"}; " OPEN),
	       "GET /api/m: GET and DELETE carry no body");
	refuse(RPC("option (google.api.http) = {post: \"/api/m\"}; " OPEN),
	       "POST /api/m: needs a body: \"*\" or the name of a field");
	refuse(RPC("option (google.api.http) = {post: \"/api/m\" body: \"id\"}; " OPEN),
	       "the body must be a message field of the request, not 'id'");
	refuse(RPC("option (google.api.http) = {post: \"/api/m\" body: \"*\" response_body: "
		   "\"y\"}; " OPEN),
	       "the response has no field 'y'");
	refuse(RPC("option (google.api.http) = {get: \"/api/m\"}; " OPEN),
	       "GET /api/m: cannot be a query parameter: 'part'");
	refuse(RPC("option (google.api.http) = {post: \"/api/m\" body: \"part\"}; " OPEN),
	       "POST /api/m: protected values do not belong into a URL: 'secret'");
}

Test(lint, refuses_two_rpcs_on_one_route)
{
	refuse("message M { string a = 1 [(aegis.field).refers = \"thing\"]; string b = 2 "
	       "[(aegis.field).refers = \"thing\"]; } service S {"
	       " rpc GetA(M) returns (M) { option (google.api.http) = {get: \"/m/{a}/x\"}; " OPEN
	       " }"
	       " rpc GetB(M) returns (M) { option (google.api.http) = {get: \"/m/{b}/x\"}; " OPEN
	       " } }",
	       "bad.proto: GET /m/{b}/x of rpc GetB is the route of aegis.bad.v1.S/GetA");
}

Test(lint, refuses_names_that_no_manifest_lists)
{
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {permission: \"things:fly\"};"),
	       "bad.proto: rpc DoThing: 'things:fly' is not listed in "
	       "proto/manifest/permissions.txt");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {scope: \"things:fly\"};"),
	       "'things:fly' is not listed in proto/manifest/scopes.txt");
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, reasons: [\"NO_SUCH\"]};"),
	       "'NO_SUCH' is not listed in proto/manifest/reasons.txt");
	refuse("message M { option (aegis.topic) = {name: \"thing.made\", subscribers: "
	       "[\"audit\"], publishers: [\"golden\"]}; }",
	       "topic 'thing.made' with its subscribers and publishers is not in "
	       "proto/manifest/topics.txt");
	refuse("message M { option (aegis.topic) = {name: \"thing.made\", subscribers: "
	       "[\"golden\", \"audit\"], publishers: [\"audit\"]}; }",
	       "topic 'thing.made' with its subscribers and publishers is not in "
	       "proto/manifest/topics.txt");
	refuse("message M { option (aegis.topic) = {name: \"thing.made\", subscribers: "
	       "[\"golden\", \"audit\"]}; }",
	       "topic 'thing.made' names no publishers");
}

Test(lint, refuses_to_let_a_mail_leave_without_saying_who_may_send_it)
{
	const char *words = "rpc DoThing: makes a mail leave; say verified: VERIFIED_REQUIRED or "
			    "VERIFIED_WAIVED";

	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {permission: \"things:read\", tx: "
				  "TX_WRITE, "
				  "audit: AUDIT_WRITE, audit_action: \"thing.mailed\"};"),
	       words);
	accept(RPC(HTTP("/api/m") "option (aegis.rule) = {permission: \"things:read\", "
				  "verified: VERIFIED_WAIVED, tx: TX_WRITE, audit: "
				  "AUDIT_WRITE, audit_action: \"thing.mailed\"};"));
	/* thing.closed leads to the mails of the topic thing.mailed. */
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {permission: \"things:read\", tx: "
				  "TX_WRITE, "
				  "audit: AUDIT_WRITE, audit_action: \"thing.closed\"};"),
	       words);
	refuse(RPC(HTTP("/api/m") "option (aegis.rule) = {public: true, verified: "
				  "VERIFIED_REQUIRED};"),
	       "rpc DoThing: asks for a confirmed address, but no signed-in user may call it");
}

#define TAKES(request, rule)                                                                       \
	request " message Out {} /* Bad. */ service BadService { /* Does. */ rpc DoThing(M) "      \
		"returns (Out) {" HTTP("/api/m") "option (aegis.rule) = {" rule                    \
						 ", tx: TX_WRITE}; } }"
#define DIRECT "message M { /* Who. */ repeated string to = 1 [(aegis.field).email = true]; }"
#define NESTED                                                                                     \
	"/* Who. */ message In { /* Who. */ string to = 1 [(aegis.field).email = true]; } "        \
	"message M { /* What. */ In settings = 1; "                                                \
	"}"

Test(lint, refuses_a_user_who_may_name_addresses_without_having_confirmed_one)
{
	const char *words = "rpc DoThing: makes a mail leave; say verified: VERIFIED_REQUIRED or "
			    "VERIFIED_WAIVED";

	refuse(TAKES(DIRECT, "permission: \"things:read\""), words);
	refuse(TAKES(NESTED, "permission: \"things:read\""), words);
	refuse(TAKES(NESTED, "signed_in: true"), words);
	accept(TAKES(NESTED, "signed_in: true, verified: VERIFIED_REQUIRED"));
	/* Who signs up or asks for a code has no account whose address could be confirmed. */
	accept(TAKES(DIRECT, "public: true"));
	accept(TAKES(DIRECT, "session: true"));
}

/* A line more in one of the lists, with further parameters of the plugin. */
static void refuse_list(const char *file, const char *text, const char *further, const char *words)
{
	char dir[] = SCRATCH "/listXXXXXX", command[1024], path[256], parameters[256];
	FILE *out;

	cr_assert(mkdtemp(dir));
	snprintf(command, sizeof command, "cp " GOLDEN "/manifest/*.txt %s", dir);
	cr_assert_eq(system(command), 0);
	snprintf(path, sizeof path, "%s/%s", dir, file);
	out = fopen(path, "a");
	cr_assert(out);
	fputs(text, out);
	cr_assert_eq(fclose(out), 0);
	snprintf(parameters, sizeof parameters, "%s%smanifest=%s", further, *further ? "," : "",
		 dir);
	refuse_with(parameters, "message M {}", words);
	snprintf(command, sizeof command, "rm -r %s", dir);
	cr_assert_eq(system(command), 0);
}

Test(lint, refuses_callers_that_do_not_exist_and_grants_that_nobody_asks_for)
{
	refuse_with("gateway,manifest=" GOLDEN "/manifest",
		    RPC("option (aegis.rule) = {internal: [\"nobody\"]};"),
		    "rpc DoThing: there is no daemon 'nobody' to call it");
	refuse_list("actions.txt", "thing.found | nobody\n", "gateway",
		    "proto/manifest/actions.txt: thing.found: there is no daemon 'nobody'");
	refuse_with("gateway,manifest=" GOLDEN "/manifest",
		    RPC("option (aegis.rule) = {internal: [\"gateway\"], verified: "
			"VERIFIED_WAIVED, tx: TX_WRITE, audit: AUDIT_WRITE, audit_action: "
			"\"thing.closed\"};"),
		    "proto/manifest/permissions.txt: no rpc asks for 'things:read'");
}

Test(lint, refuses_a_topic_whose_mails_follow_from_an_action_that_no_rpc_has)
{
	refuse_list("topics.txt", "thing.lent | notification | golden\n", "",
		    "topics.txt:3: a line has 4 columns parted by '|'");
	refuse_list("topics.txt", "thing.lent | notification | golden | thing.losed\n", "gateway",
		    "proto/manifest/topics.txt: thing.lent: 'thing.losed' is no rpc's "
		    "audit_action");
}

Test(manifest, refuses_lines_it_cannot_read)
{
	refuse_list("permissions.txt", "a:b | no roles\n", "",
		    "permissions.txt:4: a line has 3 columns parted by '|'");
	refuse_list("permissions.txt", "A B | x | owner\n", "",
		    "permissions.txt:4: 'A B' is not a name");
	refuse_list("scopes.txt", "things:read | again\n", "",
		    "scopes.txt:2: 'things:read' is listed twice");
	refuse_list("reasons.txt", "NEW_ONE | NOT_A_CODE | Words.\n", "",
		    "reasons.txt: NEW_ONE: 'NOT_A_CODE' is no status code");
	refuse_list(
		"tables.txt", "golden.x | shared\n", "",
		"tables.txt: golden.x: write schema.table and one of tenant, reference, platform, "
		"global");
	refuse_list("tables.txt", "golden.x | global\n", "",
		    "tables.txt: golden.x: only auth has global tables");
}
