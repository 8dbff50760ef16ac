/* What the generator refuses for the sake of those who read openapi.json. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "proto/lint_kit.h"

/* A service that is right but for one thing. */
#define CALL(input, output)                                                                        \
	" /* Things. */ service S { /* Does it. */ rpc DoIt(" input ") returns (" output           \
	") { " HTTP("/api/m") OPEN "} }"

Test(lint, refuses_what_a_client_sees_without_a_description)
{
	refuse(MESSAGES "/* Things. */ service S { rpc DoIt(M) returns (M2) { " HTTP("/api/m") OPEN
	       "} }",
	       "bad.proto: rpc DoIt has no description for callers");
	refuse(MESSAGES "service S { /* Does it. */ rpc DoIt(M) returns (M2) { " HTTP("/api/m") OPEN
	       "} }",
	       "service aegis.bad.v1.S has no description for callers");
	refuse("message A { string x = 1; } message B {}" CALL("A", "B"),
	       "bad.proto: aegis.bad.v1.A.x has no description for callers");
	refuse("message A {} message B { /* An x. */ string x = 1; }" CALL("A", "B"),
	       "message aegis.bad.v1.B has no description for callers");
	refuse("message A { /* A c. */ C c = 1; } message B {} message C { /* An x. */ "
	       "string x = 1; }" CALL("A", "B"),
	       "message aegis.bad.v1.C has no description for callers");
	refuse("message A { /* An e. */ E e = 1; } message B {} enum E { /* None. */ E0 = 0; "
	       "}" CALL("A", "B"),
	       "enum aegis.bad.v1.E has no description for callers");
	refuse("message A { /* An e. */ E e = 1; } message B {} /* Es. */ enum E { E0 = 0; }" CALL(
		       "A", "B"),
	       "E0 of enum aegis.bad.v1.E has no description for callers");
}

Test(lint, takes_a_note_for_implementers_for_no_description)
{
	refuse("message A { /* (-- How it is kept. --) */ string x = 1; } message B {}" CALL("A",
											     "B"),
	       "bad.proto: aegis.bad.v1.A.x has no description for callers");
	accept("message A { /* An x. (-- How it is kept. --) */ string x = 1; } message B {}" CALL(
		"A", "B"));
	accept("message A { string page_token = 1; } message B {}" CALL("A", "B"));
}

Test(lint, refuses_an_example_that_its_field_would_refuse)
{
	static const char *const broken[][2] = {
		{"string a = 1 [(aegis.field) = {uuid: true, example: \"7\"}];", "uuid"},
		{"string a = 1 [(aegis.field) = {email: true, example: \"ann\"}];", "email"},
		{"string a = 1 [(aegis.field) = {date: true, example: \"1.3.2026\"}];", "date"},
		{"string a = 1 [(aegis.field) = {uri: true, example: \"acme\"}];", "uri"},
		{"string a = 1 [(aegis.field) = {name: true, example: \"a@b.example\"}];", "name"},
		{"string a = 1 [(aegis.field) = {pattern: \"[a-z]\", example: \"7\"}];", "pattern"},
		{"string a = 1 [(aegis.field) = {in: [\"x\"], example: \"y\"}];", "in"},
		{"string a = 1 [(aegis.field) = {max_len: 2, example: \"abc\"}];", "max_len"},
		{"string a = 1 [(aegis.field) = {min_len: 5, example: \"abc\"}];", "min_len"},
		{"int32 a = 1 [(aegis.field) = {max: 2, example: \"3\"}];", "max"},
		{"int64 a = 1 [(aegis.field) = {min: 2, example: \"1\"}];", "min"},
		{"int32 a = 1 [(aegis.field).example = \"many\"];", "its type"},
		{"bool a = 1 [(aegis.field).example = \"yes\"];", "its type"},
		{"bytes a = 1 [(aegis.field) = {json: true, example: \"{\"}];", "json"},
		{"E a = 1 [(aegis.field).example = \"E7\"];", "its enum"},
		{"google.protobuf.Timestamp a = 1 [(aegis.field).example = \"noon\"];", "its type"},
	};

	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		char body[512], words[64];

		snprintf(body, sizeof body, "message M { %s } enum E { E0 = 0; }", broken[i][0]);
		snprintf(words, sizeof words, "does not pass %s", broken[i][1]);
		refuse(body, words);
	}
}
