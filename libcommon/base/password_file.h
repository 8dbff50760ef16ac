#pragma once

/*
 * Passwords that programs make for each other: 64 random hexadecimal digits and a
 * line end, in a file that only its owner reads.  All functions block on the disk.
 */
#include "base/status.h"

#define PASSWORD_FILE_TEXT 256

/*
 * The first line of the file.  NOT_FOUND/NO_PASSWORD when the file cannot be read
 * or the line is empty.  The caller blanks buf after use.
 */
struct status password_file_read(const char *path, char buf[PASSWORD_FILE_TEXT]);

/*
 * Makes the file unless it holds a password, and its directory (0700) unless that
 * exists.  The file (0600) belongs to the owner of the directory when root makes
 * it.  INTERNAL/SECRETS: errno says why.
 */
struct status password_file_ensure(const char *dir, const char *name);
