/* What the gateway believes of sessions: records in Redis. */
#include "auth/session.h"
#include "base/log.h"
#include "cache/session.h"

/* A record nobody refreshes is asked for again; the mark of an end outlives the access token. */
#define RECORD_TTL HOURS(1)
#define END_TTL	   MINUTES(20)
#define ROUNDS_MAX 5
/* The call that changed something tells it itself; the job is for when that did not happen. */
#define JOB_AFTER SECONDS(2)

struct changes {
	struct uuid account;
	instant since;
	struct q_session_state_row *rows;
	size_t n;
};

struct one {
	struct uuid session;
	struct uuid account;
	struct q_session_state_row *row;
};

static struct uuid tag_of(const struct q_session_state_row *row)
{
	return row->organization_id ? *row->organization_id : (struct uuid){};
}

static struct status write_record(struct rpc_call *call, const struct q_session_state_row *row)
{
	struct cache_sync *cache = auth_of(call)->cache;
	instant left = row->expires_at - call->now, ttl = left < RECORD_TTL ? left : RECORD_TTL;

	if (!cache)
		return OK;
	if (!row->alive)
		return cache_session_end(cache, tag_of(row), row->id, END_TTL / SECONDS(1));
	return cache_session_put(cache, tag_of(row), row->id, (uint64_t)row->epoch,
				 (uint32_t)(ttl / SECONDS(1)));
}

static struct status read_changes(struct rpc_call *call, void *arg)
{
	struct changes *changes = arg;

	return q_changed_sessions(call->tx, changes->account, changes->since, call->now,
				  &changes->rows, &changes->n);
}

static bool is_same(const struct q_session_state_row *a, const struct q_session_state_row *b)
{
	return uuid_eq(a->id, b->id) && a->alive == b->alive && a->epoch == b->epoch;
}

static bool are_same(const struct changes *a, const struct changes *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!is_same(&a->rows[i], &b->rows[i]))
			return false;
	return true;
}

static struct status publish(struct rpc_call *call, struct uuid account, instant since)
{
	struct changes told = {}, now = {.account = account, .since = since};

	TRY(tx_run_as(call, (struct uuid){}, read_changes, &now));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		for (size_t i = 0; i < now.n; i++)
			TRY(write_record(call, &now.rows[i]));
		told = now;
		TRY(tx_run_as(call, (struct uuid){}, read_changes, &now));
		if (are_same(&told, &now))
			return OK;
	}
	return FAIL(SESSIONS_KEEP_CHANGING);
}

static struct status read_one(struct rpc_call *call, void *arg)
{
	struct one *one = arg;

	return q_session_state(call->tx, one->session, one->account, call->now, &one->row);
}

struct status session_publish_one(struct rpc_call *call, struct uuid session, struct uuid account,
				  struct q_session_state_row **state)
{
	struct one one = {.session = session, .account = account};
	const struct q_session_state_row *told;

	*state = NULL;
	TRY(tx_run_as(call, (struct uuid){}, read_one, &one));
	for (int round = 0; one.row && round < ROUNDS_MAX; round++) {
		struct status st = write_record(call, one.row);

		*state = one.row;
		if (is_failed(st)) {
			/* The answer is true without it: the gateway will ask again. */
			log_warn("a session record could not be written", KV_STATUS(st));
			return OK;
		}
		told = one.row;
		TRY(tx_run_as(call, (struct uuid){}, read_one, &one));
		if (one.row && is_same(told, one.row))
			return OK;
	}
	*state = one.row;
	return OK;
}

/* account[16] ‖ the time since when, 8 bytes of this machine's order */
#define PAYLOAD_BYTES 24

struct status sessions_changed(struct rpc_call *call, struct uuid account)
{
	char *payload = arena_alloc(call->arena, PAYLOAD_BYTES);

	memcpy(payload, account.bytes, 16);
	memcpy(payload + 16, &call->now, 8);
	return svc_job_add(call, &(struct job_out){.kind = JOB_PUBLISH,
						   .payload = {payload, PAYLOAD_BYTES},
						   .run_at = call->now + JOB_AFTER});
}

void sessions_publish(struct rpc_call *call, struct uuid account)
{
	struct status st = publish(call, account, call->now);

	if (is_failed(st))
		log_warn("the gateway was not told of ended sessions; the job will", KV_STATUS(st));
}

struct status sessions_publish_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct uuid account;
	instant since;

	if (job->payload.len != PAYLOAD_BYTES)
		return FAIL(JOB_PAYLOAD);
	memcpy(account.bytes, job->payload.ptr, 16);
	memcpy(&since, job->payload.ptr + 16, 8);
	return publish(call, account, since);
}

struct forgotten {
	int64_t sessions, tokens, invitations, lanes, networks;
};

static struct status forget(struct rpc_call *call, void *arg)
{
	struct forgotten *n = arg;

	TRY(q_forget_sessions(call->tx, call->now - DAYS(30), &n->sessions));
	TRY(q_forget_email_tokens(call->tx, call->now - DAYS(30), &n->tokens));
	TRY(q_forget_admin_invitations(call->tx, call->now - DAYS(30), &n->invitations));
	TRY(q_forget_lanes(call->tx, call->now - DAYS(1), &n->lanes));
	return q_forget_networks(call->tx, call->now - DAYS(90), &n->networks);
}

struct status sessions_forget_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct forgotten n = {};

	(void)job;
	TRY(tx_run_as(call, (struct uuid){}, forget, &n));
	log_info("forgotten", KV("sessions", (long)n.sessions), KV("tokens", (long)n.tokens),
		 KV("invitations", (long)n.invitations), KV("lanes", (long)n.lanes),
		 KV("networks", (long)n.networks));
	return OK;
}
