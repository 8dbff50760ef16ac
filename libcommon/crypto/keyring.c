#include "crypto/keyring.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/encoding.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/key_file.h"
#include "crypto/seal.h"
#include "crypto/service_keys.h"
#include "crypto/sign.h"

#define LINE_MAGIC "aegis-key-1"
#define RING_MAX   512

struct keyring {
	struct key *keys; /* by purpose, then newest first */
	size_t n;
};

static size_t key_bytes(enum key_kind kind)
{
	return kind == KEY_ED25519 ? SIGN_PRIVATE_BYTES : 32;
}

/* Puts raw into guarded memory, read-only from then on. */
static struct status guard_key(struct key *key, const uint8_t raw[32])
{
	uint8_t *memory = sodium_malloc(key_bytes(key->kind));

	if (!memory) {
		log_error("no locked memory for keys", KV("purpose", key->purpose));
		return FAIL(KEY_MEMORY);
	}
	if (key->kind == KEY_ED25519)
		sign_from_seed(key->public_key, memory, raw);
	else
		memcpy(memory, raw, 32);
	if (key->kind == KEY_X25519)
		seal_public_of(key->public_key, raw);
	sodium_mprotect_readonly(memory);
	key->bytes = memory;
	return OK;
}

static struct status parse_key(const char *path, char line[KEY_FILE_LINE], struct key *key)
{
	char *save = NULL, *magic = strtok_r(line, " ", &save), *kind = strtok_r(NULL, " ", &save);
	char *hex = strtok_r(NULL, " ", &save);
	struct status st;
	uint8_t raw[32];

	if (!magic || !kind || !hex || strcmp(magic, LINE_MAGIC) != 0 ||
	    !key_kind_parse(kind, &key->kind) || !hex_decode(raw, sizeof raw, str_of(hex))) {
		log_error("key file is damaged", KV("path", path));
		return FAIL(KEY_FILE_BAD);
	}
	st = guard_key(key, raw);
	crypto_wipe(raw, sizeof raw);
	return st;
}

/*
 * "purpose.kid", where a kid begins with its year; other files (a half-written
 * ".new-…", the databases' passwords) are not keys.
 */
static bool split_name(const char *name, struct key *key)
{
	const char *dot = strchr(name, '.');

	if (!dot || (size_t)(dot - name) >= sizeof key->purpose || !key_kid_is_valid(dot + 1) ||
	    dot[1] < '0' || dot[1] > '9')
		return false;
	memcpy(key->purpose, name, (size_t)(dot - name));
	key->purpose[dot - name] = '\0';
	snprintf(key->kid, sizeof key->kid, "%s", dot + 1);
	return key_name_is_valid(key->purpose);
}

static struct status load_key(struct keyring *ring, const char *dir, const char *name)
{
	char path[KEY_PATH_TEXT], line[KEY_FILE_LINE];
	struct key key = {};
	struct status st;

	if (!split_name(name, &key))
		return OK;
	if (ring->n == RING_MAX || !key_path(path, dir, name, NULL))
		return FAIL(KEY_COUNT);
	TRY(key_file_read(path, line));
	st = parse_key(path, line, &key);
	crypto_wipe(line, sizeof line);
	if (is_ok(st))
		ring->keys[ring->n++] = key;
	return st;
}

static int by_purpose_newest_first(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->purpose, y->purpose);

	return order ? order : strcmp(y->kid, x->kid);
}

static struct status load_folder(struct keyring *ring, const char *path, DIR *dir)
{
	struct stat st;
	const struct dirent *entry;

	if (fstat(dirfd(dir), &st) != 0)
		return key_io_failed("stat", path);
	if ((st.st_mode & 077) != 0) {
		log_error("key folder is open to others", KV("path", path));
		return FAIL(KEY_FILE_MODE);
	}
	while ((entry = readdir(dir)) != NULL)
		TRY(load_key(ring, path, entry->d_name));
	qsort(ring->keys, ring->n, sizeof ring->keys[0], by_purpose_newest_first);
	return OK;
}

struct status keyring_open(const char *secrets_dir, const char *daemon, struct keyring **out)
{
	char path[KEY_PATH_TEXT];
	struct keyring *ring;
	struct status st = OK;
	DIR *dir;

	crypto_init();
	if (!key_name_is_valid(daemon) || !key_path(path, secrets_dir, daemon, NULL))
		return FAIL(KEY_PATH);
	dir = opendir(path);
	if (!dir && errno != ENOENT)
		return key_io_failed("open folder", path);
	ring = calloc(1, sizeof *ring);
	if (!ring || !(ring->keys = calloc(RING_MAX, sizeof ring->keys[0])))
		abort();
	if (dir) {
		st = load_folder(ring, path, dir);
		closedir(dir);
	}
	if (is_failed(st))
		keyring_free(&ring);
	else
		*out = ring;
	return st;
}

void keyring_free(struct keyring **ring)
{
	if (!*ring)
		return;
	for (size_t i = 0; i < (*ring)->n; i++)
		sodium_free((void *)(uintptr_t)(*ring)->keys[i].bytes);
	free((*ring)->keys);
	free(*ring);
	*ring = NULL;
}

const struct key *keyring_at(const struct keyring *ring, const char *purpose, size_t n)
{
	for (size_t i = 0; i < ring->n; i++)
		if (strcmp(ring->keys[i].purpose, purpose) == 0 && n-- == 0)
			return &ring->keys[i];
	return NULL;
}

const struct key *keyring_newest(const struct keyring *ring, const char *purpose)
{
	return keyring_at(ring, purpose, 0);
}

const struct key *keyring_find(const struct keyring *ring, const char *purpose, const char *kid)
{
	for (size_t i = 0; i < ring->n; i++)
		if (strcmp(ring->keys[i].purpose, purpose) == 0 &&
		    strcmp(ring->keys[i].kid, kid) == 0)
			return &ring->keys[i];
	return NULL;
}

static void new_kid(char kid[KEY_KID_TEXT])
{
	time_t now = (time_t)(instant_now() / SECONDS(1));
	struct tm tm;
	size_t len;

	gmtime_r(&now, &tm);
	len = strftime(kid, KEY_KID_TEXT, "%Y%m%dT%H%M%SZ", &tm);
	snprintf(kid + len, KEY_KID_TEXT - len, "-%04x", randombytes_uniform(0x10000));
}

static void public_of(uint8_t out[32], enum key_kind kind, const uint8_t raw[32])
{
	uint8_t private_key[SIGN_PRIVATE_BYTES];

	if (kind == KEY_X25519) {
		seal_public_of(out, raw);
		return;
	}
	sign_from_seed(out, private_key, raw);
	crypto_wipe(private_key, sizeof private_key);
}

static struct status write_key(const char *secrets_dir, const char *daemon, const char *name,
			       enum key_kind kind, const uint8_t raw[32])
{
	char path[KEY_PATH_TEXT], line[KEY_FILE_LINE], hex[65];
	struct status st;
	int len;

	if (!key_path(path, secrets_dir, daemon, name))
		return FAIL(KEY_PATH);
	hex_encode(hex, raw, 32);
	len = snprintf(line, sizeof line, LINE_MAGIC " %s %s\n", key_kind_text(kind), hex);
	st = key_file_write(path, line, (size_t)len, 0600);
	crypto_wipe(line, sizeof line);
	crypto_wipe(hex, sizeof hex);
	return st;
}

struct status keyring_generate(const char *secrets_dir, const char *daemon, const char *purpose,
			       enum key_kind kind)
{
	char kid[KEY_KID_TEXT], name[KEY_NAME_TEXT + KEY_KID_TEXT];
	uint8_t raw[32], public_key[32];
	struct status st;

	crypto_init();
	if (!key_name_is_valid(daemon) || !key_name_is_valid(purpose))
		return FAIL(KEY_PATH);
	TRY(key_dir_make(secrets_dir, daemon));
	new_kid(kid);
	snprintf(name, sizeof name, "%s.%s", purpose, kid);
	randombytes_buf(raw, sizeof raw);
	public_of(public_key, kind, raw);
	/* Public half first: nobody signs with a key that others cannot look up. */
	st = OK;
	if (strcmp(purpose, KEY_SERVICE) == 0 || strcmp(purpose, KEY_SEAL) == 0)
		st = service_keys_publish(secrets_dir, daemon, kid, kind, public_key);
	if (is_ok(st))
		st = write_key(secrets_dir, daemon, name, kind, raw);
	crypto_wipe(raw, sizeof raw);
	return st;
}

struct status keyring_ensure(const char *secrets_dir, const char *daemon, const char *purpose,
			     enum key_kind kind)
{
	struct keyring *ring;
	bool exists;

	TRY(keyring_open(secrets_dir, daemon, &ring));
	exists = keyring_newest(ring, purpose) != NULL;
	keyring_free(&ring);
	return exists ? OK : keyring_generate(secrets_dir, daemon, purpose, kind);
}

struct status keyring_owner(const char *secrets_dir, const char *daemon, unsigned *uid)
{
	char path[KEY_PATH_TEXT];
	struct stat st;

	if (!key_name_is_valid(daemon) || !key_path(path, secrets_dir, daemon, NULL))
		return FAIL(KEY_FOLDER);
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? FAIL(KEY_FOLDER) : FAIL(KEY_FILE_IO);
	if (!S_ISDIR(st.st_mode))
		return FAIL(KEY_FOLDER);
	*uid = st.st_uid;
	return OK;
}

struct status keyring_ensure_service(const char *secrets_dir, const char *daemon)
{
	TRY(keyring_ensure(secrets_dir, daemon, KEY_SERVICE, KEY_ED25519));
	return keyring_ensure(secrets_dir, daemon, KEY_SEAL, KEY_X25519);
}
