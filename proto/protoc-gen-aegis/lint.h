#pragma once

/*
 * What the contract must not say.  Every lint names file, rpc or field and what
 * to write instead; the first complaint stops the run, before anything is
 * emitted.
 */
#include "manifest.h"
#include "model.h"

/* Files of this run: messages, policies, routes; manifest NULL leaves its checks out. */
void lint_model(struct pg_model *model, const struct manifest *manifest);

/* Only with every service in the run: callers that exist, manifest lines that nobody uses. */
void lint_whole(struct pg_model *model, const struct manifest *manifest);

/* A part of lint_whole(): one resource a kind, and a resource for every kind that is named. */
void lint_kinds(struct pg_model *model);

/* Parts of lint_model(), one file each. */
void lint_message(struct pg_model *model, const struct pg_message *message);
void lint_method(struct pg_model *model, const struct pg_method *method);
void lint_descriptions(struct pg_model *model, const struct pg_method *method);
/* where names the field in a complaint. */
void lint_example(struct pg_model *model, const char *where, const struct pg_field *field);
void lint_resource(struct pg_model *model, const struct pg_message *message);
void lint_refers(struct pg_model *model, const struct pg_message *message);
void lint_writes(struct pg_model *model, const struct pg_method *method);
void lint_bindings(struct pg_model *model, const struct pg_method *method);
void lint_conflicts(struct pg_model *model);
void lint_against_manifest(struct pg_model *model, const struct manifest *manifest);

/* The description of a field that means the same in every message (page_size); NULL for others. */
const char *common_description(const char *field_name);

/* The path variables of a binding, one after the other; false when there is no more. */
bool next_variable(struct str *path, struct str *name);
