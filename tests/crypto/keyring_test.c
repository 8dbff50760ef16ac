#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "crypto/sign.h"

static char dir[64];

static void set_up(void)
{
	strcpy(dir, "/tmp/aegis-keys-XXXXXX");
	cr_assert(mkdtemp(dir) != NULL);
	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void tear_down(void)
{
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static char *path_of(const char *daemon, const struct key *key)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s/%s.%s", dir, daemon, key->purpose, key->kid);
	return path;
}

TestSuite(keyring, .init = set_up, .fini = tear_down);

Test(keyring, a_daemon_without_keys_has_an_empty_ring)
{
	struct keyring *ring;

	cr_assert(is_ok(keyring_open(dir, "auth", &ring)));
	cr_assert_null(keyring_newest(ring, "jwt"));
	keyring_free(&ring);
	cr_assert_null(ring);
}

Test(keyring, the_newest_signs_and_the_older_still_verifies)
{
	struct keyring *ring;
	const struct key *old, *fresh;
	char old_kid[KEY_KID_TEXT];
	char from[256], to[256];

	cr_assert(is_ok(keyring_generate(dir, "auth", "jwt", KEY_ED25519)));
	cr_assert(is_ok(keyring_open(dir, "auth", &ring)));
	/* Give the first key an earlier date, as if a day had passed. */
	snprintf(from, sizeof from, "%s", path_of("auth", keyring_newest(ring, "jwt")));
	snprintf(to, sizeof to, "%s/auth/jwt.20200101T000000Z-0001", dir);
	cr_assert_eq(rename(from, to), 0);
	keyring_free(&ring);

	cr_assert(is_ok(keyring_generate(dir, "auth", "jwt", KEY_ED25519)));
	cr_assert(is_ok(keyring_open(dir, "auth", &ring)));
	fresh = keyring_newest(ring, "jwt");
	old = keyring_at(ring, "jwt", 1);
	cr_assert(fresh && old && !keyring_at(ring, "jwt", 2));
	snprintf(old_kid, sizeof old_kid, "%s", old->kid);
	cr_assert_str_eq(old_kid, "20200101T000000Z-0001");
	cr_assert_eq(keyring_find(ring, "jwt", old_kid), old);
	cr_assert(memcmp(old->public_key, fresh->public_key, 32) != 0);
	keyring_free(&ring);
}

Test(keyring, ensure_makes_one_key_only)
{
	struct keyring *ring;

	cr_assert(is_ok(keyring_ensure(dir, "consumer", "code", KEY_SECRET)));
	cr_assert(is_ok(keyring_ensure(dir, "consumer", "code", KEY_SECRET)));
	cr_assert(is_ok(keyring_open(dir, "consumer", &ring)));
	cr_assert(keyring_newest(ring, "code") && !keyring_at(ring, "code", 1));
	keyring_free(&ring);
}

Test(keyring, files_open_to_others_are_refused)
{
	struct keyring *ring;
	char path[256];

	cr_assert(is_ok(keyring_generate(dir, "auth", "pepper", KEY_SECRET)));
	cr_assert(is_ok(keyring_open(dir, "auth", &ring)));
	snprintf(path, sizeof path, "%s", path_of("auth", keyring_newest(ring, "pepper")));
	keyring_free(&ring);
	for (unsigned mode = 0; mode < 0100; mode = mode ? mode << 1 : 1) {
		cr_assert_eq(chmod(path, 0600 | mode), 0);
		if (mode == 0) {
			cr_assert(is_ok(keyring_open(dir, "auth", &ring)));
			keyring_free(&ring);
		} else {
			cr_assert_str_eq(reason_name(keyring_open(dir, "auth", &ring).reason),
					 "KEY_FILE_MODE");
		}
	}
}

Test(keyring, damaged_files_and_links_are_refused)
{
	struct keyring *ring;
	char path[256];
	FILE *f;

	cr_assert(is_ok(keyring_generate(dir, "auth", "pepper", KEY_SECRET)));
	snprintf(path, sizeof path, "%s/auth/jwt.20200101T000000Z-0001", dir);
	f = fopen(path, "w");
	fputs("aegis-key-1 ed25519 0123\n", f);
	fclose(f);
	chmod(path, 0600);
	cr_assert_str_eq(reason_name(keyring_open(dir, "auth", &ring).reason), "KEY_FILE_BAD");
	unlink(path);
	cr_assert_eq(symlink("/etc/passwd", path), 0);
	cr_assert_str_eq(reason_name(keyring_open(dir, "auth", &ring).reason), "KEY_FILE_IO");
}

Test(keyring, service_pairs_are_found_by_the_other_daemons)
{
	struct arena *arena = arena_new(1 << 16);
	struct keyring *ring;
	struct service_keys *keys;
	const struct key *sign, *seal;
	const struct service_key *peer;
	struct str plain;
	uint8_t sig[64];

	cr_assert(is_ok(keyring_ensure_service(dir, "tenant")));
	cr_assert(is_ok(keyring_ensure_service(dir, "audit")));
	cr_assert(is_ok(keyring_open(dir, "tenant", &ring)));
	cr_assert(is_ok(service_keys_open(dir, &keys)));
	sign = keyring_newest(ring, KEY_SERVICE);
	seal = keyring_newest(ring, KEY_SEAL);
	sign_message(sig, sign->bytes, "hi", 2);
	peer = service_keys_find(keys, "tenant", KEY_ED25519, sign->kid);
	cr_assert(peer && sign_verify(sig, peer->public_key, "hi", 2));
	cr_assert_null(service_keys_find(keys, "audit", KEY_ED25519, sign->kid));
	peer = service_keys_newest(keys, "tenant", KEY_X25519);
	cr_assert(seal_open_private(arena, seal->bytes,
				    seal_to_public(arena, peer->public_key, STR("x")), &plain));
	cr_assert_not_null(service_keys_at(keys, "audit", KEY_ED25519, 0));
	cr_assert_null(service_keys_at(keys, "audit", KEY_ED25519, 1));
	service_keys_free(&keys);
	keyring_free(&ring);
	arena_free(&arena);
}

Test(keyring, daemons_set_up_side_by_side_lose_no_line)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	struct service_keys *keys;
	int status;

	for (size_t i = 0; i < 8; i++) {
		if (fork() == 0)
			_exit(is_ok(keyring_ensure_service(dir, names[i])) ? 0 : 1);
	}
	for (size_t i = 0; i < 8; i++)
		cr_assert(wait(&status) > 0 && status == 0);
	cr_assert(is_ok(service_keys_open(dir, &keys)));
	for (size_t i = 0; i < 8; i++)
		cr_assert(service_keys_newest(keys, names[i], KEY_ED25519) &&
			  service_keys_newest(keys, names[i], KEY_X25519));
	service_keys_free(&keys);
}

Test(keyring, names_cannot_leave_their_folder)
{
	struct keyring *ring;

	cr_assert_str_eq(reason_name(keyring_open(dir, "../etc", &ring).reason), "KEY_PATH");
	cr_assert_str_eq(reason_name(keyring_generate(dir, "auth", "a/b", KEY_SECRET).reason),
			 "KEY_PATH");
}
