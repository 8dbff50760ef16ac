#pragma once

/*
 * Settings of a process: one X-macro line each, read from a `key = value` file
 * and from the environment, checked all at once.  Later sources win: default,
 * file, AEGIS_<DAEMON>_<KEY>, and AEGIS_<DAEMON>_<KEY>_FILE (the value is the
 * content of that file without its last newline: for secrets).  A key nobody
 * knows is an error, so that a misspelt one cannot pass for a default.
 *
 *   #define MAIL_SETTINGS(X)                                                          \
 *           X(TEXT, smtp_url, CFG_REQUIRED, 1, 255, "where mail is handed over")      \
 *           X(NUMBER, send_timeout_ms, "10000", 100, 60000, "longest wait for it")
 *
 *   struct mail_config { MAIL_SETTINGS(CFG_MEMBER) };
 *   #define CFG_OWNER struct mail_config
 *   static const struct cfg_setting mail_settings[] = { MAIL_SETTINGS(CFG_ROW) };
 *   #undef CFG_OWNER
 *
 * lo and hi bound the number, or the length of a text; a CHOICE writes its words
 * in the help as the part before the colon: "debug|info|warn|error: least level".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena;
struct strbuf;

enum cfg_type {
	CFG_TEXT,   /* const char * */
	CFG_SECRET, /* const char *, never printed */
	CFG_NUMBER, /* int64_t */
	CFG_SIZE,   /* int64_t bytes; "64k", "4m", "1g" */
	CFG_FLAG,   /* bool: true/false, yes/no, on/off, 1/0 */
	CFG_CHOICE, /* const char * */
	CFG_MAP,    /* struct cfg_map: every key "<name>_<word>", e.g. peer_auth */
};

/* The default of a setting that must be given. */
#define CFG_REQUIRED NULL

struct cfg_pair {
	const char *key;
	const char *value;
};

struct cfg_map {
	struct cfg_pair *items;
	size_t n;
};

/* The value of a word, or NULL. */
const char *cfg_map_get(const struct cfg_map *map, const char *key);

struct cfg_setting {
	const char *key;
	enum cfg_type type;
	const char *fallback;
	int64_t lo;
	int64_t hi;
	const char *help;
	size_t offset;
};

#define CFG_C_TEXT   const char *
#define CFG_C_SECRET const char *
#define CFG_C_NUMBER int64_t
#define CFG_C_SIZE   int64_t
#define CFG_C_FLAG   bool
#define CFG_C_CHOICE const char *
#define CFG_C_MAP    struct cfg_map

#define CFG_MEMBER(type_, key_, fallback_, lo_, hi_, help_) CFG_C_##type_ key_;
#define CFG_ROW(type_, key_, fallback_, lo_, hi_, help_)                                           \
	{#key_, CFG_##type_, (fallback_), (lo_), (hi_), (help_), offsetof(CFG_OWNER, key_)},

/* Settings that go into one struct; a process may have several, say common and own. */
struct cfg_group {
	const struct cfg_setting *settings;
	size_t n;
	void *target;
};

struct cfg_spec {
	const char *daemon;  /* "gateway": the environment's prefix is AEGIS_GATEWAY_ */
	const char *purpose; /* one line for --help */
	const struct cfg_group *groups;
	size_t n_groups;
};

/*
 * Fills every group.  file may be NULL (environment and defaults only).  What is
 * wrong is added to errors, one line each with key, source and rule;
 * INVALID_ARGUMENT/BAD_CONFIG when there is any.  Values live in the arena.
 * Reads files, so it blocks.
 */
struct status cfg_load(struct arena *arena, const struct cfg_spec *spec, const char *file,
		       struct strbuf *errors);

/* The text of --help. */
void cfg_help(const struct cfg_spec *spec, struct strbuf *out);

/* Every setting with its value, secrets as "(set)": what --check-config prints. */
void cfg_print(const struct cfg_spec *spec, struct strbuf *out);

enum cfg_action {
	CFG_RUN,  /* go on */
	CFG_EXIT, /* --help, --version, --check-config or an error: leave with *exit_code */
};

/*
 * The command line of a daemon: --config FILE (else /etc/aegis/<daemon>.conf when
 * it exists), --check-config, --help, --version.  Prints what was asked for, or
 * every error (exit code 78, EX_CONFIG), and says whether to go on.
 */
enum cfg_action cfg_main(struct arena *arena, const struct cfg_spec *spec, int argc, char **argv,
			 int *exit_code);
