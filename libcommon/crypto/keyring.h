#pragma once

/*
 * The keys of one daemon: files <secrets>/<daemon>/<purpose>.<kid>, mode 0600,
 * one line each:
 *
 *   aegis-key-1 <kind> <hex of 32 bytes>
 *
 * kid is the UTC second of making and four random hex digits
 * ("20260131T093000Z-9f2c"), so the greatest kid is the newest key: it signs or
 * seals, the older ones still verify and open until their file is removed.
 * Key bytes live in guarded, locked, read-only memory; a keyring never changes
 * after it was opened (rotation: open another one).  Safe for many readers.
 *
 * The public halves of every daemon's service pair stand in one file,
 * <secrets>/services.pub, a line each:
 *
 *   <daemon> <kid> <kind> <hex of 32 bytes>
 *
 * purpose and daemon are [a-z0-9-]{1,31}.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"

#define KEY_KID_TEXT  32
#define KEY_NAME_TEXT 32

/* What every daemon has: to sign service tokens, to be sent sealed fields. */
#define KEY_SERVICE "service"
#define KEY_SEAL    "seal"

enum key_kind {
	KEY_SECRET,  /* 32 random bytes: MAC, secretbox */
	KEY_ED25519, /* signing pair */
	KEY_X25519,  /* pair for seal_to_public() */
};

struct key {
	char purpose[KEY_NAME_TEXT];
	char kid[KEY_KID_TEXT];
	enum key_kind kind;
	/* KEY_SECRET, KEY_X25519: 32 bytes.  KEY_ED25519: SIGN_PRIVATE_BYTES. */
	const uint8_t *bytes;
	uint8_t public_key[32]; /* zero for KEY_SECRET */
};

struct keyring;

/*
 * Reads every key of a daemon; a daemon without a folder has an empty ring.
 * FAILED_PRECONDITION/KEY_FILE_MODE when a file or folder is open to others,
 * DATA_LOSS/KEY_FILE_BAD when one cannot be read as a key,
 * INTERNAL/KEY_FILE_IO for the system's errors (logged here with the path).
 */
struct status keyring_open(const char *secrets_dir, const char *daemon, struct keyring **out);

/* Zeroes and frees; *ring becomes NULL. */
void keyring_free(struct keyring **ring);

/* The key that signs, NULL when there is none of this purpose. */
const struct key *keyring_newest(const struct keyring *ring, const char *purpose);
const struct key *keyring_find(const struct keyring *ring, const char *purpose, const char *kid);

/* The n-th key of a purpose, newest first, NULL past the end. */
const struct key *keyring_at(const struct keyring *ring, const char *purpose, size_t n);

/*
 * Makes a new key file atomically (a crash leaves a key or none) and, for
 * KEY_SERVICE and KEY_SEAL, its line in services.pub.  Rotation is this and a
 * re-opened ring.  Blocks on fsync.  Creates the folders: secrets 0711, the daemon's 0700.
 */
struct status keyring_generate(const char *secrets_dir, const char *daemon, const char *purpose,
			       enum key_kind kind);

/* As keyring_generate, unless the purpose has a key already. */
struct status keyring_ensure(const char *secrets_dir, const char *daemon, const char *purpose,
			     enum key_kind kind);

/*
 * The user id that a daemon runs as: the owner of its key folder.  The folder that
 * holds it is written by whoever sets up the keys and by nobody else, as services.pub
 * is.  Quiet: NOT_FOUND/KEY_FOLDER when there is none, INTERNAL/KEY_FILE_IO.
 */
struct status keyring_owner(const char *secrets_dir, const char *daemon, unsigned *uid);

/* The two service pairs of a daemon, made when missing. */
struct status keyring_ensure_service(const char *secrets_dir, const char *daemon);

/* Public halves of all daemons, as read from services.pub.  Immutable. */
struct service_key {
	char daemon[KEY_NAME_TEXT];
	char kid[KEY_KID_TEXT];
	enum key_kind kind;
	uint8_t public_key[32];
};

struct service_keys;

/* Statuses as keyring_open(); a missing file is an empty set. */
struct status service_keys_open(const char *secrets_dir, struct service_keys **out);
void service_keys_free(struct service_keys **keys);

/* NULL when unknown. */
const struct service_key *service_keys_find(const struct service_keys *keys, const char *daemon,
					    enum key_kind kind, const char *kid);
/* The newest of a daemon, e.g. to seal a field to it. */
const struct service_key *service_keys_newest(const struct service_keys *keys, const char *daemon,
					      enum key_kind kind);

/* The n-th key of a daemon in the order of the file, NULL past the end. */
const struct service_key *service_keys_at(const struct service_keys *keys, const char *daemon,
					  enum key_kind kind, size_t n);
