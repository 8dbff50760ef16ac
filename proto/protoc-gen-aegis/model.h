#pragma once

/*
 * The .proto files of one run as the emitters want them: names already in C's
 * spelling, types resolved, options unpacked, fields by number (the order that
 * protobuf-c's descriptors have).  Everything lives in model->arena.
 */
#include <aegis/options/v1/options.pb-c.h>
#include <google/api/http.pb-c.h>
#include <google/protobuf/compiler/plugin.pb-c.h>
#include <google/protobuf/descriptor.pb-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "pbjson/pb_info.h"

struct pg_message;

struct pg_enum {
	const Google__Protobuf__EnumDescriptorProto *proto;
	const char *full_name;
	const char *c_lower;
	const char *comment; /* as of a field */
	size_t n_values;     /* by number, one name a number */
	struct pg_enum_value {
		const char *name;
		const char *json;
		const char *comment;
		int32_t number;
	} * values;
};

struct pg_field {
	const Google__Protobuf__FieldDescriptorProto *proto;
	const Opt__Field *opt; /* never NULL */
	const char *json_name;
	const char *comment; /* the description for callers; NULL when there is none */
	const struct pg_message *message;
	const struct pg_enum *enumeration;
	bool repeated;
	bool is_map;
	bool in_oneof;
	Opt__Write write;
	bool required;	   /* said, or because the field refers to an object */
	bool uuid;	   /* likewise */
	bool is_version;   /* of its resource */
	enum pb_body body; /* of a request: the field is a resource to write */
};

struct pg_message {
	const Google__Protobuf__DescriptorProto *proto;
	const struct pg_file *file;
	const char *full_name;
	const char *c_type;  /* "Tenant__Member" */
	const char *c_lower; /* "tenant__member" */
	const char *comment;
	enum pb_well_known well_known;
	bool is_map_entry;
	const Opt__Topic *topic;       /* NULL unless a payload of the event contract */
	const Opt__Resource *resource; /* NULL unless an object of the API */
	size_t n_fields;
	struct pg_field *fields;
};

struct pg_binding {
	const char *verb; /* "GET" */
	const char *pattern;
	const char *body;	   /* "" when there is none */
	const char *response_body; /* "" for all of it */
};

struct pg_method {
	const Google__Protobuf__MethodDescriptorProto *proto;
	const struct pg_service *service;
	const char *name;
	const char *snake;
	const char *full_name; /* "aegis.tenant.v1.TenantService/GetTenant" */
	const char *comment;
	uint32_t id;
	const struct pg_message *input;
	const struct pg_message *output;
	const Opt__Rule *rule; /* never NULL */
	size_t n_bindings;
	struct pg_binding *bindings;
};

struct pg_service {
	const struct pg_file *file;
	const char *daemon; /* "tenant" */
	const char *full_name;
	const char *comment;
	size_t n_methods;
	struct pg_method *methods;
};

struct pg_file {
	const Google__Protobuf__FileDescriptorProto *proto;
	const char *path;      /* "aegis/tenant/v1/tenant.proto" */
	const char *stem;      /* "aegis/tenant/v1/tenant" */
	const char *package;   /* "aegis.tenant.v1" */
	const char *c_package; /* "tenant", or "google.protobuf" */
	bool generate;	       /* named on protoc's command line */
	size_t n_services;
	struct pg_service *services;
};

struct pg_model {
	struct arena *arena;
	size_t n_files;
	struct pg_file *files;
	size_t n_messages;
	struct pg_message *messages;
	size_t n_enums;
	struct pg_enum *enums;
	const char *error; /* the first thing that is wrong, NULL when nothing is */
};

/* Reads a request into a model; model->error when a type or an option cannot be read. */
struct pg_model *model_new(struct arena *arena,
			   const Google__Protobuf__Compiler__CodeGeneratorRequest *request);

/*
 * The description of the element at this path of a file: its comment before, or else the one
 * behind it on the line, white space folded, without the parts between "(--" and "--)", which are
 * notes for implementers (AIP-192).  NULL when nothing is left.
 */
const char *comment_at(struct pg_model *model, const Google__Protobuf__FileDescriptorProto *file,
		       const int32_t *path, size_t n);

/*
 * What follows from resources: required, uuid, is_version and body of every field.  Kinds of object
 * that files outside the run declare are taken to have a UUID; lint_whole() sees all of them.
 */
void model_resources(struct pg_model *model);

/* The resource with this kind of object, NULL when the run has none; *id is its last id member. */
const struct pg_message *model_kind(const struct pg_model *model, const char *name,
				    const char **id);

/* May a request's body of this kind hold the member? */
bool field_is_written(const struct pg_field *field, enum pb_body body);

/* Is the member never in an answer, or only in the answer of its creation? */
bool field_is_hidden(const struct pg_field *field);

const struct pg_field *find_field(const struct pg_message *message, struct str name);

/* Sets model->error unless there is one already. */
void model_fail(struct pg_model *model, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Has the message, or one inside it, a field of this sensitivity? */
bool message_has(const struct pg_message *message, Opt__Sensitivity sensitivity);

/* "GetTenant" to "get_tenant", as protobuf-c spells it. */
char *camel_to_snake(struct arena *arena, const char *name);
/* "google.protobuf" and "Timestamp" to "Google__Protobuf__Timestamp", or in lower case. */
char *c_name(struct arena *arena, const char *package, const char *local, bool lower);
/* "public_id" to "publicId". */
char *json_name_of(struct arena *arena, const char *name);

/* The varint of the options' unknown field with this number; 0 when there is none. */
int option_varint(const ProtobufCMessage *options, uint32_t number);

/*
 * The payload of the options' unknown field with this number, occurrences
 * concatenated, unpacked as type; NULL when there is none.
 */
ProtobufCMessage *option_unpack(struct pg_model *model, const ProtobufCMessage *options,
				uint32_t number, const ProtobufCMessageDescriptor *type);
