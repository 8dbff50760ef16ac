/* What the generator refuses of resources, of those who refer to them, and of their bodies. */
#include <criterion/criterion.h>

#include "proto/lint_kit.h"

#define CAR(options, members)                                                                      \
	"/* A car. */ message Car { option (aegis.resource) = {" options                           \
	"}; /* Its id. */ string id = 1 "                                                          \
	"[(aegis.field).uuid = true]; " members " } "
#define GOOD "name: \"car\", id: \"id\", not_found: \"THING_NOT_FOUND\""
#define RPC_ON(in, options)                                                                        \
	in " /* Cars. */ service S { /* Does it. */ rpc DoIt(In) returns (Car) { option "          \
	   "(google.api.http) = {" options "}; "                                                   \
	   "option (aegis.rule) = {permission: \"things:write\", tx: TX_WRITE}; } }"

Test(lint_resource, takes_what_is_right)
{
	accept(RPC_ON(
		CAR(GOOD ", version: \"v\"",
		    "/* V. */ int64 v = 2; /* C. */ string color = 3 [(aegis.write) = "
		    "CREATE_AND_UPDATE];") "message In { /* Id. */ string id = 1 "
					   "[(aegis.field).refers = \"car\"]; /* Car. */ Car car "
					   "= 2; /* M. */ "
					   "google.protobuf.FieldMask m = 3; }",
		"patch: \"/cars/{id}\" body: \"car\""));
}

Test(lint_resource, refuses_resources_without_a_name_or_an_id)
{
	refuse(CAR("name: \"Car\", id: \"id\"", ""),
	       "aegis.bad.v1.Car: a kind of object is named in lower case");
	refuse(CAR("name: \"car\"", ""), "a resource names its id, or is a singleton and has none");
	refuse(CAR("name: \"car\", id: \"id\", singleton: true", ""),
	       "a resource names its id, or is a singleton and has none");
	refuse(CAR("name: \"car\", id: \"number\"", ""),
	       "Car.number: is the resource's id but no member of it");
	refuse(CAR(GOOD ", other: {name: \"plate\", id: \"plate\"}", ""),
	       "Car.plate: another id has a kind's name and is a member of the resource");
	refuse(CAR("name: \"car\", id: \"id\", not_found: \"CAR_NOT_FOUND\"", ""),
	       "'CAR_NOT_FOUND' is not listed in proto/manifest/reasons.txt");
}

Test(lint_resource, refuses_versions_that_do_not_count)
{
	refuse(CAR(GOOD ", version: \"v\"", "string v = 2;"),
	       "Car.v: the version is a plain int64 of the resource");
	refuse(CAR(GOOD ", version: \"w\"", "int64 v = 2;"),
	       "Car.w: the version is a plain int64 of the resource");
	refuse(CAR(GOOD ", version: \"v\"", "int64 v = 2 [(aegis.write) = UPDATE];"),
	       "Car.v: the version is counted by the service: drop (aegis.write)");
}

Test(lint_resource, refuses_options_of_members_that_say_nothing)
{
	refuse(FIELD("string a = 1 [(aegis.write) = CREATE];"),
	       "M.a: (aegis.write) is for members of a message with (aegis.resource)");
	refuse(CAR(GOOD, "string a = 2 [(aegis.field).required = true];"),
	       "Car.a: is output only: no client can be required to give it");
	refuse(CAR(GOOD,
		   "string a = 2 [(aegis.field).required = true, (aegis.write) = OUTPUT_ONCE];"),
	       "Car.a: is answered once, so it cannot be required");
}

Test(lint_resource, refuses_references_that_name_no_object)
{
	refuse_whole(FIELD("string a = 1 [(aegis.field).refers = \"ship\"];"),
		     "M.a: refers to ship, which no resource is");
	refuse("message One { option (aegis.resource) = {name: \"one\", singleton: true}; }"
	       "message M { string a = 1 [(aegis.field).refers = \"one\"]; }",
	       "M.a: refers to one, which has no id");
	refuse(CAR(GOOD, "") "message M { string a = 1 [(aegis.field) = {refers: \"car\", max_len: "
			     "9}]; }",
	       "M.a: refers to car, whose id has another form");
	refuse("message Part { option (aegis.resource) = {name: \"part\", id: [\"car_id\", "
	       "\"id\"]}; string car_id = 1; string id = 2 [(aegis.field).uuid = true]; } message "
	       "M { string a = 1 [(aegis.field).refers = \"part\"]; }",
	       "M.a: refers to part, which is found only with a field car_id beside");
	refuse(FIELD("double a = 1 [(aegis.field).refers = \"car\"];"),
	       "M.a: refers is for ids: strings and integers");
	refuse_whole(CAR(GOOD, "") "message M { option (aegis.resource) = {name: \"car\", "
				   "singleton: true}; }",
		     "M: the kind car is another resource's, too");
}

Test(lint_resource, refuses_to_say_twice_what_a_reference_says)
{
	refuse(FIELD("string a = 1 [(aegis.field) = {refers: \"car\", required: true}];"),
	       "M.a: refers, so it is required: drop one");
	refuse(FIELD("string a = 1 [(aegis.field) = {refers: \"car\", uuid: true}];"),
	       "M.a: refers, so it is a UUID: drop one");
}

Test(lint_resource, refuses_path_variables_that_name_no_kind)
{
	refuse("message M { string a = 1 [(aegis.field).required = true]; } service S { rpc "
	       "GetA(M) returns (M) { option (google.api.http) = {get: \"/m/{a}\"}; " OPEN " } }",
	       "GET /m/{a}: a path variable says which kind of object it refers to: 'a'");
	accept("/* M. */ message M { /* A. */ string a = 1 [(aegis.field) = {required: true, "
	       "sensitivity: SECRET}]; } /* S. */ service S { /* Gets A. */ rpc GetA(M) returns "
	       "(M) { option (google.api.http) = {get: "
	       "\"/m/{a}\"}; " OPEN " } }");
}

Test(lint_resource, refuses_bodies_that_write_nothing)
{
	refuse(RPC_ON(CAR(GOOD, "string a = 2 [(aegis.write) = UPDATE];") "message In { Car car = "
									  "1; }",
		      "post: \"/cars\" body: \"car\""),
	       "rpc DoIt: no member of aegis.bad.v1.Car may be written by it");
	refuse(RPC_ON(CAR(GOOD ", version: \"v\"", "int64 v = 2; string a = 3 [(aegis.write) = "
						   "CREATE];") "message In { Car car = 1; }",
		      "put: \"/car\" body: \"car\""),
	       "rpc DoIt: no member of aegis.bad.v1.Car may be written by it");
	refuse(RPC_ON(CAR(GOOD, "") "message In { string id = 1 [(aegis.field).refers = \"car\"]; "
				    "string a = 2; }",
		      "patch: \"/cars/{id}\" body: \"*\""),
	       "rpc DoIt: the body of PATCH is a resource, with an update_mask beside");
}
