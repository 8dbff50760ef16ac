/* Who asks, and calls through the dispatcher in process. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "pbjson/pb_info.h"
#include "rpc/trust.h"
#include "support/svc_test_internal.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena *kept[4096];
static size_t n_kept;

void test_keep_arena(struct arena *arena)
{
	pthread_mutex_lock(&lock);
	cr_assert(n_kept < sizeof kept / sizeof kept[0], "too many calls in one test");
	kept[n_kept++] = arena;
	pthread_mutex_unlock(&lock);
}

void test_free_arenas(void)
{
	while (n_kept > 0)
		arena_free(&kept[--n_kept]);
}

struct uuid an_id(const char *name)
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 state;
	struct uuid id;

	sha256_init(&state);
	sha256_update(&state, test_world.nonce.bytes, sizeof test_world.nonce.bytes);
	sha256_update(&state, name, strlen(name));
	sha256_final(&state, hash);
	memcpy(id.bytes, hash, sizeof id.bytes);
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	return id;
}

struct uuid a_tenant_id(const char *name)
{
	return an_id(arena_printf(test_world.arena, "tenant %s", name));
}

static struct caller *new_caller(enum principal_kind kind, struct uuid tenant, const char *name)
{
	struct caller *caller = arena_new_of(test_world.arena, struct caller);

	caller->daemon = "gateway";
	caller->tenant = tenant;
	caller->client_addr = "192.0.2.7";
	caller->principal = (struct principal){
		.kind = kind,
		.id = name ? an_id(name) : (struct uuid){},
		.tenant = tenant,
		.role = "",
		.label = "",
		.expires_at = instant_now() + HOURS(1),
		.verified = true,
	};
	return caller;
}

static size_t count(const char *const *names)
{
	size_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

static const char *const *copy_names(const char *const *names)
{
	size_t n = count(names);

	return arena_memdup(test_world.arena, names, (n + 1) * sizeof names[0]);
}

const struct caller *as(struct uuid tenant, const char *user)
{
	struct caller *caller = new_caller(PRINCIPAL_USER, tenant, user);

	caller->has_what_it_takes = true;
	caller->principal.session = an_id("session");
	return caller;
}

const struct caller *as_unconfirmed(struct uuid tenant, const char *user)
{
	struct caller *caller = (struct caller *)as(tenant, user);

	caller->principal.verified = false;
	return caller;
}

const struct caller *as_permitted(struct uuid tenant, const char *user,
				  const char *const *permissions)
{
	struct caller *caller = new_caller(PRINCIPAL_USER, tenant, user);

	caller->principal.permissions = copy_names(permissions);
	caller->principal.n_permissions = count(permissions);
	return caller;
}

const struct caller *as_key(struct uuid tenant, enum principal_kind kind, const char *name,
			    const char *const *scopes)
{
	struct caller *caller = new_caller(kind, tenant, name);

	caller->principal.scopes = copy_names(scopes);
	caller->principal.n_scopes = count(scopes);
	if (kind == PRINCIPAL_PARTNER_KEY)
		caller->principal.partner =
			an_id(arena_printf(test_world.arena, "partner %s", name));
	return caller;
}

const struct caller *as_session(struct uuid tenant, const char *name)
{
	struct caller *caller = new_caller(PRINCIPAL_SESSION, tenant, name);

	caller->principal.session = caller->principal.id;
	return caller;
}

const struct caller *as_admin(const char *name)
{
	return new_caller(PRINCIPAL_ADMIN, (struct uuid){}, name);
}

const struct caller *as_admin_in(struct uuid tenant, const char *name)
{
	return new_caller(PRINCIPAL_ADMIN, tenant, name);
}

const struct caller *as_nobody(void)
{
	return new_caller(PRINCIPAL_ANONYMOUS, (struct uuid){}, NULL);
}

const struct caller *as_daemon(const char *daemon, struct uuid tenant)
{
	struct caller *caller = new_caller(PRINCIPAL_ANONYMOUS, (struct uuid){}, NULL);

	caller->daemon = daemon;
	caller->tenant = tenant;
	return caller;
}

const struct caller *passed_on(const struct caller *who, const char *daemon)
{
	struct caller *copy = arena_memdup(test_world.arena, who, sizeof *who);

	copy->daemon = daemon;
	return copy;
}

/* For whom the gateway signed what the caller sends. */
const char *test_audience(const struct caller *who, const char *target)
{
	return strcmp(who->daemon, PRINCIPAL_ISSUER) == 0 ? target : who->daemon;
}

const struct caller *with_key(const struct caller *caller, const char *idempotency_key)
{
	struct caller *copy = arena_memdup(test_world.arena, caller, sizeof *caller);

	copy->idempotency_key = idempotency_key;
	return copy;
}

const struct caller *with_deadline(const struct caller *caller, instant deadline)
{
	struct caller *copy = arena_memdup(test_world.arena, caller, sizeof *caller);

	copy->deadline = deadline;
	return copy;
}

const struct caller *with_languages(const struct caller *caller, const char *accept_language)
{
	struct caller *copy = arena_memdup(test_world.arena, caller, sizeof *caller);

	copy->accept_language = accept_language;
	return copy;
}

struct svc_route *test_route(struct svc *svc, const char *name)
{
	for (size_t i = 0; i < svc->n_routes; i++)
		if (strcmp(svc->routes[i].method->name, name) == 0)
			return &svc->routes[i];
	cr_assert_fail("no method %s", name);
	abort();
}

/* The permission or scope that the method asks for. */
struct principal test_principal(const struct caller *who, const struct rpc_policy *policy,
				const char **permission)
{
	struct principal p = who->principal;

	*permission = policy->permission;
	if (who->has_what_it_takes && *permission) {
		p.permissions = permission;
		p.n_permissions = 1;
	}
	return p;
}

struct str test_sign_by(struct arena *arena, const struct keyring *signer,
			const struct principal *p, const char *audience, instant now)
{
	struct principal copy = *p;

	if (p->kind == PRINCIPAL_ANONYMOUS)
		return (struct str){};
	copy.issued_at = now;
	copy.expires_at = now + MINUTES(1);
	copy.audience = audience;
	return principal_sign(arena, &copy, keyring_newest(signer, KEY_SERVICE));
}

struct str test_sign(struct arena *arena, const struct principal *p, const char *audience,
		     instant now)
{
	return test_sign_by(arena, test_world.gateway, p, audience, now);
}

struct str a_proof(const struct caller *who, const char *daemon, instant at)
{
	return test_sign(test_world.arena, &who->principal, daemon, at);
}

static struct answer keep(struct svc_worker *worker, const struct rpc_method *method,
			  const struct svc_answer *got)
{
	struct arena *arena = arena_new(CALL_ARENA_CAP);
	struct answer answer = {.status = got->status, .retry_after_ms = got->retry_after_ms};

	(void)worker;
	if (got->message)
		answer.wire = pb_pack(arena, got->message);
	else if (is_ok(got->status))
		answer.wire =
			(struct str){arena_memdup(arena, got->raw.ptr, got->raw.len), got->raw.len};
	answer.replayed = is_ok(got->status) && !got->message;
	if (is_ok(got->status))
		answer.response = pb_unpack(arena, method->response->descriptor, answer.wire);
	answer.fields =
		arena_memdup(arena, got->errors.items, got->errors.n * sizeof got->errors.items[0]);
	answer.n_fields = got->errors.n;
	for (size_t i = 0; i < answer.n_fields; i++)
		((struct field_error *)answer.fields)[i].field =
			arena_strdup(arena, answer.fields[i].field);
	test_keep_arena(arena);
	return answer;
}

void (*around_dispatch)(bool begins);
instant test_patience = SECONDS(10);

struct answer call_on(struct svc_worker *worker, const struct caller *who, const char *method,
		      const void *request)
{
	struct svc_route *route = test_route(worker->svc, method);
	const char *permission;
	struct principal p = test_principal(who, &route->method->policy, &permission);
	struct svc_answer got = {};
	struct svc_request in = {
		.route = route,
		.payload = pb_pack(worker->envelope, request),
		.caller = who->daemon,
		.principal = &p,
		.principal_bytes = test_sign(worker->envelope, &p,
					     test_audience(who, worker->svc->descriptor->name),
					     svc_now(worker->svc)),
		.envelope_tenant = who->tenant,
		.deadline = who->deadline ? who->deadline : instant_now() + test_patience,
		.request_id = "req-test",
		.traceparent = "",
		.client_addr = who->client_addr,
		.user_agent = "test",
		.accept_language = who->accept_language ? who->accept_language : "",
		.idempotency_key = who->idempotency_key,
	};
	struct answer answer;

	if (around_dispatch)
		around_dispatch(true);
	svc_dispatch(worker, &in, &got);
	if (around_dispatch)
		around_dispatch(false);
	answer = keep(worker, route->method, &got);
	svc_release(worker, route);
	return answer;
}

struct answer call_to(struct test_daemon *daemon, const struct caller *who, const char *method,
		      const void *request)
{
	return call_on(daemon->worker, who, method, request);
}

struct answer call(const struct caller *who, const char *method, const void *request)
{
	cr_assert(test_world.n > 0, "no daemon was started");
	return call_to(test_world.daemons[test_world.n - 1], who, method, request);
}

struct svc_worker *worker_new(struct test_daemon *daemon)
{
	return svc_worker_new(&daemon->svc, false);
}

static void fail_at(struct answer answer, const char *wanted, const char *file, int line)
{
	const char *reason = reason_name(answer.status.reason);
	const char *field = answer.n_fields > 0 ? answer.fields[0].field : "";
	const char *why = answer.n_fields > 0 ? answer.fields[0].reason : "";

	cr_assert_fail("%s:%d: wanted %s, got %s/%s %s %s\n%s", file, line, wanted,
		       status_code_name(answer.status.code), reason, field, why, logged());
}

const void *expect_ok_at(struct answer answer, const char *file, int line)
{
	if (is_failed(answer.status))
		fail_at(answer, "OK", file, line);
	return answer.response;
}

void expect_fail_at(struct answer answer, enum status_code code, const char *reason,
		    const char *file, int line)
{
	if (answer.status.code != code || strcmp(reason_name(answer.status.reason), reason) != 0)
		fail_at(answer, reason, file, line);
}

void expect_field_at(struct answer answer, const char *field, const char *reason, const char *file,
		     int line)
{
	for (size_t i = 0; i < answer.n_fields; i++)
		if (strcmp(answer.fields[i].field, field) == 0 &&
		    strcmp(answer.fields[i].reason, reason) == 0)
			return;
	fail_at(answer, reason, file, line);
}
