#pragma once

/* Private to the cache: how a connection names itself, at every connect anew. */
#include <stdbool.h>

#include "base/password_file.h"
#include "cache/cache.h"

struct cache_login {
	char *user;	     /* NULL: Redis's default user */
	char *password;	     /* NULL: that of the file, if there is one */
	char *password_file; /* NULL: none */
};

/* Copies what the configuration says; "" is nothing. */
void cache_login_init(struct cache_login *login, const struct cache_config *config);
void cache_login_fini(struct cache_login *login);

/*
 * The words of AUTH into argv; their number, 0 when Redis is used without a password.
 * Reads the file, so a password that was changed takes effect at the next connect.
 * argv points to the login and to buf, which the caller blanks after use.
 */
int cache_login_words(const struct cache_login *login, char buf[PASSWORD_FILE_TEXT],
		      const char *argv[3]);
