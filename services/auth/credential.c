#include "auth/credential.h"

#include <string.h>

#include "base/encoding.h"
#include "crypto/hash.h"

#define PEPPER	     "pepper"
#define PEPPERED_MAX (2 * SHA256_BYTES + 1)

struct task {
	struct password_cost cost;
	const char *hash; /* to check against; NULL: make one into made */
	char *made;
	struct str password;
	struct status result;
};

/* What goes into argon2: the password itself, or its HMAC under the pepper. */
static struct str mix(const struct key *pepper, const char *password, char out[PEPPERED_MAX])
{
	uint8_t mac[SHA256_BYTES];

	if (!pepper)
		return str_of(password);
	crypto_hmac_sha256(mac, pepper->bytes, 32, password, strlen(password));
	hex_encode(out, mac, sizeof mac);
	crypto_wipe(mac, sizeof mac);
	return str_of(out);
}

static void make(void *arg)
{
	struct task *task = arg;

	task->result = password_hash(task->made, task->password, task->cost);
}

static void check(void *arg)
{
	struct task *task = arg;

	task->result = password_verify(task->hash, task->password);
}

static void check_nobody(void *arg)
{
	struct task *task = arg;

	password_verify_dummy(task->password, task->cost);
}

static struct status run(const struct hasher *hasher, uint64_t turn, const struct key *pepper,
			 const char *password, struct task *task, void (*work)(void *))
{
	char peppered[PEPPERED_MAX];

	task->cost = hasher->cost;
	task->password = mix(pepper, password, peppered);
	hash_pool_run(hasher->pool, turn, work, task);
	crypto_wipe(peppered, sizeof peppered);
	return task->result;
}

struct status credential_make(const struct hasher *hasher, uint64_t turn, const char *password,
			      struct credential *out)
{
	const struct key *pepper = keyring_newest(hasher->keyring, PEPPER);
	struct task task = {.made = out->hash};

	out->pepper_kid = pepper ? pepper->kid : NULL;
	return run(hasher, turn, pepper, password, &task, make);
}

struct status credential_check(const struct hasher *hasher, uint64_t turn, const char *hash,
			       const char *pepper_kid, const char *password)
{
	const struct key *pepper =
		pepper_kid ? keyring_find(hasher->keyring, PEPPER, pepper_kid) : NULL;
	struct task task = {.hash = hash};

	if (pepper_kid && !pepper)
		return FAIL(PEPPER_MISSING);
	return run(hasher, turn, pepper, password, &task, check);
}

void credential_check_nobody(const struct hasher *hasher, uint64_t turn, const char *password)
{
	struct task task = {};

	(void)run(hasher, turn, keyring_newest(hasher->keyring, PEPPER), password, &task,
		  check_nobody);
}

bool credential_is_outdated(const struct hasher *hasher, const char *hash, const char *pepper_kid)
{
	const struct key *pepper = keyring_newest(hasher->keyring, PEPPER);
	bool same_pepper = pepper && pepper_kid ? strcmp(pepper->kid, pepper_kid) == 0
						: !pepper && !pepper_kid;

	return !same_pepper || password_needs_rehash(hash, hasher->cost);
}
