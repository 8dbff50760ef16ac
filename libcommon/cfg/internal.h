#pragma once

/* Shared by the reader (cfg.c) and the values (value.c) of libcommon/cfg. */
#include <stddef.h>

#include "base/str.h"
#include "cfg/cfg.h"

#define CFG_SEEN_MAX 128

struct cfg_reader {
	struct arena *arena;
	const struct cfg_spec *spec;
	struct strbuf *errors;
	size_t n_errors;
	const struct cfg_setting *seen[CFG_SEEN_MAX]; /* required ones that got a value */
	size_t n_seen;
};

void cfg_complain(struct cfg_reader *reader, const char *key, const char *source, const char *fmt,
		  ...) __attribute__((format(printf, 4, 5)));

/* Where the setting's value stands in its struct. */
void *cfg_slot(const struct cfg_group *group, const struct cfg_setting *setting);

/* Parses and stores a value, or complains. */
void cfg_set(struct cfg_reader *reader, const struct cfg_group *group,
	     const struct cfg_setting *setting, struct str value, const char *source);
void cfg_map_set(struct cfg_reader *reader, const struct cfg_group *group,
		 const struct cfg_setting *setting, struct str word, struct str value);
/* Zero or NULL, so that a missing setting is never an old value. */
void cfg_clear(const struct cfg_group *group, const struct cfg_setting *setting);
bool cfg_was_set(const struct cfg_reader *reader, const struct cfg_setting *setting);
