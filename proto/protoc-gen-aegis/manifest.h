#pragma once

/*
 * The lists beside the .proto files (proto/manifest/): one entry a line, its
 * columns parted by '|', '#' begins a comment.
 *
 *   permissions.txt  name | what it allows | roles that have it
 *   scopes.txt       name | what it allows
 *   reasons.txt      NAME | CODE | a sentence for a person [ | what the caller does ]
 *   topics.txt       name | subscribers | publishers | actions of the rpcs that make its mails
 *                    leave, now or later; "-": its mails, if any, are its own action's
 *   actions.txt      name | publishers, for what is no rpc's audit_action
 *   tables.txt       schema.table | tenant, reference, platform or global
 */
#include "model.h"

struct manifest_line {
	const char *name;
	const char *second; /* "" when the list has no such column */
	const char *third;
	const char *fourth;
	bool used;
};

struct manifest_list {
	const char *file;	     /* "permissions.txt" */
	struct manifest_line *lines; /* sorted by name */
	size_t n;
	bool has_fourth;
};

struct manifest {
	struct manifest_list permissions;
	struct manifest_list scopes;
	struct manifest_list reasons;
	struct manifest_list topics;
	struct manifest_list actions;
	struct manifest_list tables;
};

/* Reads and checks the lists; model->error names file and line. */
struct manifest *manifest_read(struct pg_model *model, const char *folder);

/* The line of a name, or NULL. */
struct manifest_line *manifest_find(const struct manifest_list *list, const char *name);

/* Takes the next space- or comma-separated word off *text; false at the end. */
bool manifest_word(struct str *text, struct str *word);
