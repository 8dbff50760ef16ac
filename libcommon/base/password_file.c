#include "base/password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/str.h"

#define PASSWORD_BYTES 32
#define PATH_TEXT      512

struct status password_file_read(const char *path, char buf[PASSWORD_FILE_TEXT])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return FAIL(NO_PASSWORD);
	n = read(fd, buf, PASSWORD_FILE_TEXT - 1);
	close(fd);
	if (n <= 0)
		return FAIL(NO_PASSWORD);
	buf[n] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	return buf[0] ? OK : FAIL(NO_PASSWORD);
}

static bool write_all(int fd, const char *text, const struct stat *owner)
{
	size_t len = strlen(text);

	return write(fd, text, len) == (ssize_t)len && fsync(fd) == 0 &&
	       (geteuid() != 0 || fchown(fd, owner->st_uid, owner->st_gid) == 0);
}

static bool write_password(const char *path, const struct stat *owner)
{
	unsigned char random[PASSWORD_BYTES];
	char text[2 * PASSWORD_BYTES + 2];
	bool is_good = false;
	int fd;

	if (getrandom(random, sizeof random, 0) != sizeof random)
		return false;
	hex_encode(text, random, sizeof random);
	strcat(text, "\n");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		is_good = write_all(fd, text, owner);
		is_good = close(fd) == 0 && is_good;
	}
	explicit_bzero(text, sizeof text);
	explicit_bzero(random, sizeof random);
	return is_good;
}

struct status password_file_ensure(const char *dir, const char *name)
{
	char path[PATH_TEXT], found[PASSWORD_FILE_TEXT];
	struct stat owner;
	bool exists;

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return FAIL(SECRETS);
	}
	exists = is_ok(password_file_read(path, found));
	explicit_bzero(found, sizeof found);
	if (exists)
		return OK;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return FAIL(SECRETS);
	if (stat(dir, &owner) < 0 || !write_password(path, &owner))
		return FAIL(SECRETS);
	return OK;
}
