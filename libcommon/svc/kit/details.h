#pragma once

/*
 * The JSON object of an event that is no change of a resource: what happened beside its target.
 *
 *	struct details details = details_new(call->arena);
 *
 *	details_text(&details, "by", "password");
 *	… .after = details_end(&details)
 *
 * Names are the program's own, in lowerCamelCase; each is given once.  No protected values.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/uuid.h"

struct arena;

struct details {
	struct strbuf json;
};

struct details details_new(struct arena *arena);
/* NULL is "". */
void details_text(struct details *details, const char *name, const char *text);
void details_uuid(struct details *details, const char *name, struct uuid id);
void details_number(struct details *details, const char *name, int64_t n);
void details_bool(struct details *details, const char *name, bool is_so);
void details_texts(struct details *details, const char *name, const char *const *texts, size_t n);
/* The whole object.  Nothing can be added after it. */
struct str details_end(struct details *details);
