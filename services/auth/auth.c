#include "auth/auth.h"

#include <ctype.h>
#include <stdlib.h>

#include "auth/expiry.h"
#include "auth/membership.h"
#include "auth/refresh_rate.h"
#include "auth/registration.h"
#include "auth/session.h"
#include "auth/standing.h"
#include "auth/verification.h"
#include "base/ip.h"
#include "base/log.h"
#include "cache/session.h"
#include "contract/manifest.h"
#include <aegis/event/v1/event.aegis.h>

#define HEADER_MAX	    300
#define BUSY_RETRY_AFTER_MS 2000
/* What a call needs after it was admitted; it waits no longer than that before its deadline. */
#define HASH_TIME SECONDS(3)

const char *auth_email(struct arena *arena, const char *email)
{
	char *copy = arena_strdup(arena, email);

	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

struct uuid auth_home(const struct principal *principal)
{
	return principal->kind == PRINCIPAL_ADMIN ? svc_platform_tenant : principal->tenant;
}

const char *auth_network(struct arena *arena, const char *address)
{
	char *text = arena_alloc(arena, IP_NETWORK_TEXT);

	ip_network_of_text(text, str_of(address ? address : ""));
	return text;
}

const char *auth_header_text(struct arena *arena, const char *text)
{
	char *copy = arena_strndup(arena, text ? text : "", text ? strnlen(text, HEADER_MAX) : 0);

	for (char *p = copy; *p; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
	return copy;
}

struct status auth_hash_enter(struct rpc_call *call, bool is_known, struct admission_claim *claim)
{
	*claim = (struct admission_claim){auth_network(call->arena, call->client_addr), is_known};
	if (admission_enter(auth_of(call)->admission, claim, call->deadline - HASH_TIME))
		return OK;
	call->retry_after_ms = BUSY_RETRY_AFTER_MS;
	return FAIL(BUSY);
}

void auth_hash_leave(struct rpc_call *call, const struct admission_claim *claim)
{
	admission_leave(auth_of(call)->admission, claim);
}

struct status auth_check_password(struct rpc_call *call, const char *password,
				  const struct password_owner *owner)
{
	struct status st = password_rules_check(password, owner);

	if (is_failed(st))
		field_errors_add(&call->errors, "password", reason_name(st.reason),
				 reason_sentence(st.reason));
	return st;
}

void auth_emit(struct rpc_call *call, const char *action, struct uuid account, struct str after)
{
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "user",
					   .target_id = account,
					   .after = after});
}

static struct status open_keys(struct svc *svc, struct auth *auth)
{
	const char *secrets = svc_secrets_dir(svc);

	TRY(keyring_ensure(secrets, "auth", "jwt", KEY_ED25519));
	TRY(keyring_ensure(secrets, "auth", "refresh", KEY_SECRET));
	TRY(keyring_open(secrets, "auth", &auth->keyring));
	auth->refresh_key = keyring_newest(auth->keyring, "refresh");
	auth->hasher.keyring = auth->keyring;
	return OK;
}

static void dispose(struct auth *auth)
{
	hash_pool_free(&auth->hasher.pool);
	admission_free(&auth->admission);
	refresh_rate_free(&auth->refreshes);
	cache_sync_free(&auth->cache);
	if (auth->keyring)
		keyring_free(&auth->keyring);
	free(auth);
}

static struct status open_cache(struct svc *svc, struct auth *auth)
{
	struct arena *arena = arena_new(4096);
	struct svc_redis redis = svc_redis(svc, arena);
	struct cache_config config = {.url = redis.url,
				      .user = redis.user,
				      .password = redis.password,
				      .password_file = redis.password_file};
	struct status st = *redis.url ? cache_sync_new(&config, &auth->cache) : OK;

	arena_free(&arena);
	return st;
}

static struct status start(struct svc *svc)
{
	struct auth *auth = calloc(1, sizeof *auth);
	struct status st;

	if (!auth)
		abort();
	st = open_keys(svc, auth);
	if (is_ok(st))
		st = open_cache(svc, auth);
	if (is_failed(st)) {
		dispose(auth);
		return st;
	}
	if (!auth->cache)
		log_warn("no Redis is configured: the gateway asks for every session");
	auth->hasher.cost = PASSWORD_COST_DEFAULT;
	auth->hasher.pool = hash_pool_new(hash_pool_default_threads());
	auth->refreshes = refresh_rate_new();
	auth->admission = admission_new(AUTH_HASH_PLACES, AUTH_HASH_WAITING);
	svc_set_state(svc, auth);
	return OK;
}

static void stop(struct svc *svc)
{
	dispose(svc_state(svc));
	svc_set_state(svc, NULL);
}

static const struct db_constraint_map constraints[] = {
	{"account_email_key", REASON_EMAIL_TAKEN},
	{},
};

static const struct svc_job jobs[] = {
	{.kind = JOB_REGISTER, .run = registration_job, .lease_s = 15, .backoff_ms = 1000},
	/* Ending sessions is no work of the organization's: it goes on. */
	{.kind = JOB_PUBLISH,
	 .run = sessions_publish_job,
	 .lease_s = 10,
	 .backoff_ms = 200,
	 .while_suspended = true},
	{.kind = JOB_STANDING,
	 .run = standing_publish_job,
	 .lease_s = 10,
	 .backoff_ms = 200,
	 .while_suspended = true},
	{.kind = "publish_standings", .run = standings_publish_job, .every_s = 30},
	{.kind = JOB_RESEND, .run = verification_resend_job, .lease_s = 10, .backoff_ms = 1000},
	{.kind = "expire", .run = expiry_job, .every_s = 60},
	{.kind = "forget", .run = sessions_forget_job, .every_s = 3600},
};

static const struct svc_subscription subscriptions[] = {
	{.topic = "membership.changed", .on_event = membership_on_event},
	{.topic = "tenant.status_changed", .on_event = standing_on_event},
};

const struct svc_descriptor auth_daemon = {
	.name = "auth",
	.purpose = "users, credentials, sessions and tokens",
	.service = &auth_service,
	.handlers = &auth_handlers,
	.queries = &auth_queries,
	.constraints = constraints,
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof *jobs,
	.subscriptions = subscriptions,
	.n_subscriptions = sizeof subscriptions / sizeof *subscriptions,
	.write_conns = AUTH_WORKERS,
	.start = start,
	.stop = stop,
};
