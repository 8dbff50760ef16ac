#include "cache/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static char *copy(const char *text)
{
	char *own;

	if (!text || !*text)
		return NULL;
	own = strdup(text);
	if (!own)
		abort();
	return own;
}

void cache_login_init(struct cache_login *login, const struct cache_config *config)
{
	*login = (struct cache_login){
		.user = copy(config->user),
		.password = copy(config->password),
		.password_file = copy(config->password_file),
	};
}

void cache_login_fini(struct cache_login *login)
{
	if (login->password)
		explicit_bzero(login->password, strlen(login->password));
	free(login->user);
	free(login->password);
	free(login->password_file);
	*login = (struct cache_login){};
}

int cache_login_words(const struct cache_login *login, char buf[PASSWORD_FILE_TEXT],
		      const char *argv[3])
{
	const char *password = login->password;
	int n = 0;

	if (!password && login->password_file) {
		if (is_ok(password_file_read(login->password_file, buf)))
			password = buf;
		else
			log_warn("no password for redis", KV("file", login->password_file));
	}
	if (!password)
		return 0;
	argv[n++] = "AUTH";
	if (login->user)
		argv[n++] = login->user;
	argv[n++] = password;
	return n;
}
