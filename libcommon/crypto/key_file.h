#pragma once

/*
 * Files of the keyring: reading with the checks that a secret deserves, writing
 * so that a crash leaves the whole file or none.  Internal to the library.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "crypto/keyring.h"

#define KEY_FILE_LINE 256
#define KEY_PATH_TEXT 512

/* "dir/name[/name]"; false when it does not fit. */
bool key_path(char out[KEY_PATH_TEXT], const char *dir, const char *a, const char *b);

/* [a-z0-9-]{1,31}. */
bool key_name_is_valid(const char *name);
bool key_kid_is_valid(const char *kid);

const char *key_kind_text(enum key_kind kind);
bool key_kind_parse(const char *text, enum key_kind *out);

/*
 * The one line of a secret file, without its newline, into line.  The file must
 * be regular, not a link, and closed to group and others
 * (FAILED_PRECONDITION/KEY_FILE_MODE).
 */
struct status key_file_read(const char *path, char line[KEY_FILE_LINE]);

/* Writes text to a temporary file beside path, syncs, and renames it into place. */
struct status key_file_write(const char *path, const char *text, size_t len, unsigned mode);

/* The secrets folder (0711: services.pub is for every daemon) and the daemon's in it (0700). */
struct status key_dir_make(const char *secrets_dir, const char *daemon);

/* One line with path and errno. */
void key_io_log(const char *what, const char *path);

/* Logs that, and is INTERNAL/KEY_FILE_IO: inline, so that an analyzer sees it never is OK. */
static inline struct status key_io_failed(const char *what, const char *path)
{
	key_io_log(what, path);
	return FAIL(KEY_FILE_IO);
}
