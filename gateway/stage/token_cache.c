#include "stage/token_cache.h"

#include <stdlib.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "rpc/trust.h"

#define SLOTS	   2048
#define SIGNED_MAX ((size_t)64 * 1024) /* scratch of one signature */
#define PER_SLOT   8		       /* further tokens of a slot push out its oldest */

struct token_cache {
	uint8_t mac_key[32];
	struct credential *slots[SLOTS];
};

struct token_cache *token_cache_new(const uint8_t mac_key[32])
{
	struct token_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		abort();
	memcpy(cache->mac_key, mac_key, sizeof cache->mac_key);
	return cache;
}

void token_cache_flush(struct token_cache *cache)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct credential *credential;

		while ((credential = cache->slots[i])) {
			cache->slots[i] = credential->next;
			credential_release(&credential);
		}
	}
}

void token_cache_free(struct token_cache **cache)
{
	if (!*cache)
		return;
	token_cache_flush(*cache);
	explicit_bzero(*cache, sizeof **cache);
	free(*cache);
	*cache = NULL;
}

static void dispose(struct credential *credential)
{
	struct signed_principal *signed_;

	while ((signed_ = credential->signed_)) {
		credential->signed_ = signed_->next;
		free(signed_);
	}
	free(credential);
}

void credential_release(struct credential **credential)
{
	if (*credential && --(*credential)->refs == 0)
		dispose(*credential);
	*credential = NULL;
}

static struct signed_principal *sign_for(const struct principal *p, const char *daemon,
					 const struct key *service_key)
{
	struct arena *arena = arena_new(SIGNED_MAX);
	struct principal copy = *p;
	struct signed_principal *signed_;
	struct str bytes;

	copy.audience = daemon;
	bytes = principal_sign(arena, &copy, service_key);
	signed_ = malloc(sizeof *signed_ + bytes.len);
	if (!signed_)
		abort();
	*signed_ = (struct signed_principal){
		.daemon = daemon, .bytes = {memcpy(signed_ + 1, bytes.ptr, bytes.len), bytes.len}};
	arena_free(&arena);
	return signed_;
}

struct str credential_signed_for(struct credential *credential, const char *daemon,
				 const struct key *service_key)
{
	struct signed_principal *signed_ = credential->signed_;

	while (signed_ && strcmp(signed_->daemon, daemon) != 0)
		signed_ = signed_->next;
	if (!signed_) {
		signed_ = sign_for(&credential->principal, daemon, service_key);
		signed_->next = credential->signed_;
		credential->signed_ = signed_;
	}
	return signed_->bytes;
}

static struct credential **slot_of(struct token_cache *cache, struct str token, uint8_t key[16])
{
	uint8_t mac[MAC_BYTES];
	uint32_t slot;

	crypto_mac(mac, cache->mac_key, token.ptr, token.len);
	memcpy(key, mac, 16);
	memcpy(&slot, mac + 16, sizeof slot);
	return &cache->slots[slot % SLOTS];
}

struct credential *token_cache_find(struct token_cache *cache, struct str token, instant now)
{
	uint8_t key[16];
	struct credential **at = slot_of(cache, token, key);

	while (*at) {
		struct credential *credential = *at;

		if (credential->good_until <= now) {
			*at = credential->next;
			credential_release(&credential);
			continue;
		}
		if (crypto_equal(credential->key, key, sizeof key)) {
			credential->refs++;
			return credential;
		}
		at = &credential->next;
	}
	return NULL;
}

/* Cuts `size` bytes off a block that was made large enough. */
static void *cut(char **at, const void *bytes, size_t size)
{
	void *place = *at;

	if (size)
		memcpy(place, bytes, size);
	*at += size;
	return place;
}

static size_t texts_size(const char *const *texts, size_t n)
{
	size_t size = n * sizeof *texts;

	for (size_t i = 0; i < n; i++)
		size += strlen(texts[i]) + 1;
	return size;
}

static const char *const *cut_texts(char **pointers, char **at, const char *const *texts, size_t n)
{
	const char **copy = (const char **)(void *)*pointers;

	*pointers += n * sizeof *texts;
	for (size_t i = 0; i < n; i++)
		copy[i] = cut(at, texts[i], strlen(texts[i]) + 1);
	return copy;
}

/* One block: the credential, its pointer arrays, its texts. */
static struct credential *credential_copy(const struct principal *p)
{
	const char *role = p->role ? p->role : "", *label = p->label ? p->label : "";
	size_t lists =
		texts_size(p->permissions, p->n_permissions) + texts_size(p->scopes, p->n_scopes);
	struct credential *copy = malloc(sizeof *copy + lists + strlen(role) + strlen(label) + 2);
	char *pointers = (char *)(copy + 1);
	char *at = pointers + (p->n_permissions + p->n_scopes) * sizeof(char *);

	if (!copy)
		abort();
	*copy = (struct credential){.principal = *p};
	copy->principal.permissions = cut_texts(&pointers, &at, p->permissions, p->n_permissions);
	copy->principal.scopes = cut_texts(&pointers, &at, p->scopes, p->n_scopes);
	copy->principal.role = cut(&at, role, strlen(role) + 1);
	copy->principal.label = cut(&at, label, strlen(label) + 1);
	return copy;
}

static void trim_slot(struct credential *first)
{
	for (size_t n = 1; first; first = first->next, n++) {
		if (n < PER_SLOT)
			continue;
		while (first->next) {
			struct credential *gone = first->next;

			first->next = gone->next;
			credential_release(&gone);
		}
	}
}

struct credential *token_cache_add(struct token_cache *cache, struct str token,
				   const struct principal *principal, instant good_until)
{
	struct credential *credential = credential_copy(principal);
	struct credential **slot = slot_of(cache, token, credential->key);

	credential->refs = 2;
	credential->good_until = good_until;
	credential->next = *slot;
	*slot = credential;
	trim_slot(*slot);
	return credential;
}
