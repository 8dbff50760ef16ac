#pragma once

/*
 * One function an output.  Each appends to out; nothing is written before the
 * model has passed the lints.
 */
#include "manifest.h"
#include "model.h"

/* <stem>.aegis.h: tables, handler prototypes and client stubs of a file. */
void emit_header(const struct pg_model *model, const struct pg_file *file, struct strbuf *out);
/* <stem>.aegis.c: pb_info of every message, the service's method table. */
void emit_tables(const struct pg_model *model, const struct pg_file *file, struct strbuf *out);
/* The pb_info part of the above. */
void emit_infos(const struct pg_model *model, const struct pg_file *file, struct strbuf *out);
/* <stem>.client.c: typed calls to the service. */
void emit_client(const struct pg_file *file, struct strbuf *out);
/* <stem>.server.c: the handler table; a missing handler is a link error. */
void emit_server(const struct pg_file *file, struct strbuf *out);
/* The topic table of the event contract (contract/topic.h), in its file's tables. */
void emit_topics(const struct pg_model *model, const struct pg_file *file, struct strbuf *out);
/* actions.c: who may say which audited action (contract/topic.h), over all services of the run. */
void emit_actions(const struct pg_model *model, const struct manifest *manifest,
		  struct strbuf *out);
/* routes.c: the gateway's routes over all services of the run. */
void emit_routes(const struct pg_model *model, struct strbuf *out);

/* The most bytes that a lawful JSON body of the binding has, white space for people included. */
size_t body_max_of(const struct pg_method *m, const struct pg_binding *b);

/* openapi.json: the REST interface of all services, OpenAPI 3.1. */
void emit_openapi(struct pg_model *model, const struct manifest *manifest, struct strbuf *out);
/* bytes as the C array `name` and its length `name_len`. */
void emit_embedded(const char *name, struct str bytes, struct strbuf *out);
/* manifest.c: permissions, scopes, roles and reasons as tables. */
void emit_manifest(struct pg_model *model, const struct manifest *manifest, struct strbuf *out);
/* reference.md: every rpc and every list of the manifest, for people. */
void emit_reference(const struct pg_model *model, const struct manifest *manifest,
		    struct strbuf *out);

/* text as a C string literal with its quotes. */
void add_literal(struct strbuf *out, const char *text);
/* The "written by the generator" line and what it was made from. */
void add_banner(struct strbuf *out, const char *source);
