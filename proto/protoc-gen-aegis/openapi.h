#pragma once

/*
 * Parts of openapi.json.  Every json_t returned is the caller's; the document
 * keeps the order in which members were put in, which is the order of the .proto.
 */
#include <jansson.h>

#include "manifest.h"
#include "model.h"

/* The document being written. */
struct openapi {
	struct pg_model *model;
	const struct manifest *manifest;
	json_t *schemas;  /* components.schemas, filled as they are referred to */
	json_t *examples; /* components.examples: one a reason */
	json_t *paths;
	bool names_tenant; /* an operation takes the header Aegis-Tenant */
	bool in_request;   /* what is written now is part of a request, not of an answer */
};

/* "tenant.Tenant" of aegis.tenant.v1.Tenant. */
const char *schema_name(const struct openapi *api, const char *full_name);
/* {"$ref": …} to the message as an answer or as a part of a request; puts the message's schema, and
 * those it needs, under components. */
json_t *schema_ref(struct openapi *api, const struct pg_message *message);
/* The same of a resource as a request's body: the members that the rpc writes. */
json_t *schema_body(struct openapi *api, const struct pg_field *part, bool is_patch);
/* The message's object schema; fields for which leave_out answers true are not in it. */
json_t *schema_object(struct openapi *api, const struct pg_message *message,
		      bool (*leave_out)(const struct pg_field *, const void *), const void *arg);
/* Of one field, as it stands in a message or a parameter. */
json_t *schema_field(struct openapi *api, const struct pg_field *field);
/* Is the member no part of the request body that is this resource?  For leave_out. */
bool not_in_create(const struct pg_field *member, const void *arg);
bool not_in_update(const struct pg_field *member, const void *arg);
/* A message as it may look, made of the fields' examples and forms. */
json_t *example_message(struct openapi *api, const struct pg_message *message,
			bool (*leave_out)(const struct pg_field *, const void *), const void *arg);
json_t *example_field(struct openapi *api, const struct pg_field *field);

/* responses of an operation: its success and every refusal the contract names. */
json_t *openapi_responses(struct openapi *api, const struct pg_method *method,
			  const struct pg_binding *binding);
/* The schemas of problems, security schemes and parameters that operations refer to. */
void openapi_common(struct openapi *api, json_t *components);
/* Takes out what no operation refers to; once all operations are there. */
void openapi_drop_unused(struct openapi *api, json_t *components);
/* info.description: what holds for every operation, as Markdown. */
json_t *openapi_introduction(void);
/* What the gateway itself answers. */
void openapi_own_paths(struct openapi *api);

/* Is the field in the binding's path?  For leave_out. */
bool in_path(const struct pg_field *field, const void *binding);

/* Of one binding: does its success carry an ETag, does it take If-None-Match, does it take
 * If-Match. */
bool binding_answers_etag(const struct pg_method *m, const struct pg_binding *b);
bool binding_reads_etag(const struct pg_method *m, const struct pg_binding *b);
bool binding_takes_etag(const struct pg_method *m, const struct pg_binding *b);
