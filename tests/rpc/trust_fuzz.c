/*
 * Service tokens and principals whose signature is good, so that what they say is
 * read: the first byte chooses who signs, the rest is the principal.  A daemon
 * other than the gateway can vouch for itself alone, nothing lives longer than
 * allowed, and one changed byte spoils either.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "crypto/sign.h"
#include "rpc/principal_wire.h"
#include "rpc/trust.h"

#define NOW SECONDS(1800000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/aegis-fuzz-trust-XXXXXX";
static struct trust *trust;
static struct keyring *gateway, *tenant;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void tear_down(void)
{
	trust_free(&trust);
	keyring_free(&gateway);
	keyring_free(&tenant);
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void set_up(void)
{
	must(mkdtemp(dir) != NULL);
	atexit(tear_down);
	must(is_ok(keyring_ensure_service(dir, "gateway")));
	must(is_ok(keyring_ensure_service(dir, "tenant")));
	must(is_ok(keyring_open(dir, "gateway", &gateway)));
	must(is_ok(keyring_open(dir, "tenant", &tenant)));
	must(is_ok(trust_new(dir, "program", &trust)));
}

static const struct key *key_of(const struct keyring *ring)
{
	return keyring_newest(ring, KEY_SERVICE);
}

/* As principal_sign(), over any bytes. */
static struct str sign(struct arena *arena, struct str body, const struct key *key)
{
	static const char context[] = "aegis principal 2\n";
	Rpc__SignedPrincipal m = RPC__SIGNED_PRINCIPAL__INIT;
	uint8_t signature[SIGN_SIGNATURE_BYTES], *out;
	struct strbuf text = strbuf_new(arena);

	strbuf_add_c(&text, context);
	strbuf_add_str(&text, body);
	sign_message(signature, key->bytes, text.ptr, text.len);
	m.principal =
		(ProtobufCBinaryData){.len = body.len, .data = (uint8_t *)(uintptr_t)body.ptr};
	m.signature = (ProtobufCBinaryData){.len = sizeof signature, .data = signature};
	out = arena_alloc(arena, rpc__signed_principal__get_packed_size(&m));
	return (struct str){(const char *)out, rpc__signed_principal__pack(&m, out)};
}

static void check_strings(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		must(utf8_is_valid(texts[i], strlen(texts[i])));
}

static void check_principal(struct arena *arena, struct str body, bool by_gateway)
{
	struct str bytes = sign(arena, body, key_of(by_gateway ? gateway : tenant));
	const struct principal *p = NULL, *proven = NULL;
	struct principal again;

	if (is_ok(trust_verify_proof(trust, arena, bytes, NOW, &proven)))
		must(by_gateway && proven->expires_at >= NOW - MINUTES(1));
	if (is_failed(trust_verify_principal(trust, arena, "gateway", bytes, NOW, &p)))
		return;
	must(by_gateway && strcmp(p->audience, "program") == 0);
	must(p->kind <= PRINCIPAL_ADMIN && p->expires_at > NOW);
	must(p->expires_at <= NOW + PRINCIPAL_LIFE_MAX + MINUTES(1));
	check_strings((const char *const[]){p->role, p->label}, 2);
	check_strings(p->permissions, p->n_permissions);
	check_strings(p->scopes, p->n_scopes);
	must(principal_unpack(arena, principal_pack(arena, p), &again));
	must(again.kind == p->kind && uuid_eq(again.tenant, p->tenant) &&
	     again.n_permissions == p->n_permissions && again.epoch == p->epoch);
}

/* A good token, and the same one with a byte changed where the input says. */
static void check_token(struct arena *arena, size_t at, uint8_t change)
{
	struct str good =
		service_token_sign(arena, "tenant", "program", key_of(tenant), NOW + MINUTES(5));
	char *bad = arena_memdup(arena, good.ptr, good.len);
	char caller[KEY_NAME_TEXT];

	must(is_ok(trust_verify_token(trust, arena, good, NOW, caller)) &&
	     strcmp(caller, "tenant") == 0);
	bad[at % good.len] ^= (char)change;
	must(!change ||
	     is_failed(trust_verify_token(trust, arena, (struct str){bad, good.len}, NOW, caller)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;

	if (!trust)
		set_up();
	if (size < 3)
		return 0;
	arena = arena_new(1 << 20);
	check_token(arena, data[1], data[2]);
	check_principal(arena, (struct str){(const char *)data + 1, size - 1}, data[0] & 1);
	arena_free(&arena);
	return 0;
}
