#include "crypto/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static const char *const kind_names[] = {
	[KEY_SECRET] = "secret",
	[KEY_ED25519] = "ed25519",
	[KEY_X25519] = "x25519",
};

const char *key_kind_text(enum key_kind kind)
{
	return kind_names[kind];
}

bool key_kind_parse(const char *text, enum key_kind *out)
{
	for (unsigned i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
		if (strcmp(text, kind_names[i]) == 0) {
			*out = (enum key_kind)i;
			return true;
		}
	}
	return false;
}

bool key_path(char out[KEY_PATH_TEXT], const char *dir, const char *a, const char *b)
{
	int n = snprintf(out, KEY_PATH_TEXT, "%s/%s%s%s", dir, a, b ? "/" : "", b ? b : "");

	return n > 0 && n < KEY_PATH_TEXT;
}

bool key_name_is_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len < KEY_NAME_TEXT && name[len] == '\0';
}

bool key_kid_is_valid(const char *kid)
{
	size_t len = strspn(kid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len < KEY_KID_TEXT && kid[len] == '\0';
}

void key_io_log(const char *what, const char *path)
{
	log_error("key file", KV("what", what), KV("path", path), KV("error", strerror(errno)));
}

static struct status read_line(int fd, const char *path, char line[KEY_FILE_LINE])
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return key_io_failed("stat", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
		log_error("key file is open to others", KV("path", path));
		return FAIL(KEY_FILE_MODE);
	}
	n = read(fd, line, KEY_FILE_LINE - 1);
	if (n < 0)
		return key_io_failed("read", path);
	if (n < 2 || n == KEY_FILE_LINE - 1 || line[n - 1] != '\n' || memchr(line, 0, (size_t)n)) {
		log_error("key file is damaged", KV("path", path));
		return FAIL(KEY_FILE_BAD);
	}
	line[n - 1] = '\0';
	return OK;
}

struct status key_file_read(const char *path, char line[KEY_FILE_LINE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct status st;

	if (fd < 0)
		return key_io_failed("open", path);
	st = read_line(fd, path, line);
	close(fd);
	return st;
}

static struct status sync_folder(const char *path)
{
	char dir[KEY_PATH_TEXT];
	char *slash;
	int fd;

	snprintf(dir, sizeof dir, "%s", path);
	slash = strrchr(dir, '/');
	if (slash)
		*slash = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0) {
		struct status st = key_io_failed("sync folder", dir);

		if (fd >= 0)
			close(fd);
		return st;
	}
	close(fd);
	return OK;
}

static struct status write_all(int fd, const char *path, const char *text, size_t len,
			       unsigned mode)
{
	if (write(fd, text, len) != (ssize_t)len)
		return key_io_failed("write", path);
	if (fchmod(fd, mode) != 0)
		return key_io_failed("chmod", path);
	if (fsync(fd) != 0)
		return key_io_failed("sync", path);
	return OK;
}

struct status key_file_write(const char *path, const char *text, size_t len, unsigned mode)
{
	char fresh[KEY_PATH_TEXT + 16];
	struct status st;
	int fd;

	snprintf(fresh, sizeof fresh, "%s.new-XXXXXX", path);
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return key_io_failed("create", fresh);
	st = write_all(fd, fresh, text, len, mode);
	close(fd);
	if (is_ok(st) && rename(fresh, path) != 0)
		st = key_io_failed("rename", path);
	if (is_failed(st)) {
		unlink(fresh);
		return st;
	}
	return sync_folder(path);
}

struct status key_dir_make(const char *secrets_dir, const char *daemon)
{
	char path[KEY_PATH_TEXT];

	if (!key_path(path, secrets_dir, daemon, NULL))
		return FAIL(KEY_PATH);
	if (mkdir(secrets_dir, 0711) != 0 && errno != EEXIST)
		return key_io_failed("mkdir", secrets_dir);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return key_io_failed("mkdir", path);
	return OK;
}
