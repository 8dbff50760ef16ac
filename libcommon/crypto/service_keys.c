#include "crypto/service_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/log.h"
#include "crypto/key_file.h"

#define FILE_NAME "services.pub"
#define FILE_MAX  ((size_t)1024 * 1024)

struct service_keys {
	struct service_key *items;
	size_t n;
};

static bool parse_line(char *line, struct service_key *key)
{
	char *save = NULL, *daemon = strtok_r(line, " ", &save), *kid = strtok_r(NULL, " ", &save);
	char *kind = strtok_r(NULL, " ", &save), *hex = strtok_r(NULL, " ", &save);

	if (!hex || !key_name_is_valid(daemon) || !key_kid_is_valid(kid))
		return false;
	snprintf(key->daemon, sizeof key->daemon, "%s", daemon);
	snprintf(key->kid, sizeof key->kid, "%s", kid);
	return key_kind_parse(kind, &key->kind) && hex_decode(key->public_key, 32, str_of(hex));
}

static struct status parse_file(struct service_keys *keys, char *text, const char *path)
{
	size_t lines = 1;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	keys->items = calloc(lines, sizeof keys->items[0]);
	if (!keys->items)
		abort();
	while (*text) {
		char *end = strchr(text, '\n');

		if (!end) {
			log_error("key file is damaged", KV("path", path));
			return FAIL(KEY_FILE_BAD);
		}
		*end = '\0';
		if (!parse_line(text, &keys->items[keys->n++])) {
			log_error("key file is damaged", KV("path", path));
			return FAIL(KEY_FILE_BAD);
		}
		text = end + 1;
	}
	return OK;
}

/* The whole file, NUL-terminated, to be freed; "" when it does not exist. */
static struct status read_file(const char *path, char **out)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, FILE_MAX + 1);
	size_t len = 0;

	if (!text)
		abort();
	if (f) {
		struct stat st;

		if (fstat(fileno(f), &st) == 0 && (st.st_mode & 022) != 0) {
			fclose(f);
			free(text);
			log_error("key file can be written by others", KV("path", path));
			return FAIL(KEY_FILE_MODE);
		}
		len = fread(text, 1, FILE_MAX + 1, f);
	}
	if ((!f && errno != ENOENT) || (f && ferror(f)) || len > FILE_MAX) {
		if (f)
			fclose(f);
		free(text);
		return key_io_failed("read", path);
	}
	if (f)
		fclose(f);
	text[len] = '\0';
	*out = text;
	return OK;
}

struct status service_keys_open(const char *secrets_dir, struct service_keys **out)
{
	char path[KEY_PATH_TEXT];
	struct service_keys *keys;
	struct status st;
	char *text;

	if (!key_path(path, secrets_dir, FILE_NAME, NULL))
		return FAIL(KEY_PATH);
	TRY(read_file(path, &text));
	keys = calloc(1, sizeof *keys);
	if (!keys)
		abort();
	st = parse_file(keys, text, path);
	free(text);
	if (is_failed(st))
		service_keys_free(&keys);
	else
		*out = keys;
	return st;
}

void service_keys_free(struct service_keys **keys)
{
	if (!*keys)
		return;
	free((*keys)->items);
	free(*keys);
	*keys = NULL;
}

const struct service_key *service_keys_find(const struct service_keys *keys, const char *daemon,
					    enum key_kind kind, const char *kid)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].kind == kind && strcmp(keys->items[i].daemon, daemon) == 0 &&
		    strcmp(keys->items[i].kid, kid) == 0)
			return &keys->items[i];
	return NULL;
}

const struct service_key *service_keys_newest(const struct service_keys *keys, const char *daemon,
					      enum key_kind kind)
{
	const struct service_key *newest = NULL;

	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].kind == kind && strcmp(keys->items[i].daemon, daemon) == 0 &&
		    (!newest || strcmp(keys->items[i].kid, newest->kid) > 0))
			newest = &keys->items[i];
	return newest;
}

const struct service_key *service_keys_at(const struct service_keys *keys, const char *daemon,
					  enum key_kind kind, size_t n)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].kind == kind && strcmp(keys->items[i].daemon, daemon) == 0 &&
		    n-- == 0)
			return &keys->items[i];
	return NULL;
}

static struct status append_line(const char *path, const char *line)
{
	char *text, *whole;
	struct status st;
	size_t len;

	TRY(read_file(path, &text));
	len = strlen(text) + strlen(line);
	whole = calloc(1, len + 1);
	if (!whole)
		abort();
	strcat(strcpy(whole, text), line);
	st = key_file_write(path, whole, len, 0644);
	free(text);
	free(whole);
	return st;
}

struct status service_keys_publish(const char *secrets_dir, const char *daemon, const char *kid,
				   enum key_kind kind, const uint8_t public_key[32])
{
	char path[KEY_PATH_TEXT], line[KEY_FILE_LINE], hex[65];
	struct status st;
	int lock;

	if (!key_path(path, secrets_dir, FILE_NAME, NULL))
		return FAIL(KEY_PATH);
	hex_encode(hex, public_key, 32);
	snprintf(line, sizeof line, "%s %s %s %s\n", daemon, kid, key_kind_text(kind), hex);
	/* The folder is the lock: the file itself is replaced. */
	lock = open(secrets_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) != 0) {
		st = key_io_failed("lock", secrets_dir);
		if (lock >= 0)
			close(lock);
		return st;
	}
	st = append_line(path, line);
	close(lock);
	return st;
}
