#include "svc/standing.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "svc/internal.h"
#include "svc/queries.h"

/* Past this age the set is not used even while another call reads it. */
#define KEPT_AT_MOST MILLIS(900)

struct standing {
	pthread_rwlock_t lock; /* of the two below */
	struct uuid *held;     /* tenants that may not act, in order */
	size_t n;
	pthread_mutex_t reading; /* by whoever reads the set */
	_Atomic instant read_at; /* monotonic; 0: never, or no longer true */
	_Atomic uint64_t forgotten;
};

struct standing *standing_new(void)
{
	struct standing *standing = calloc(1, sizeof *standing);

	if (!standing)
		abort();
	pthread_rwlock_init(&standing->lock, NULL);
	pthread_mutex_init(&standing->reading, NULL);
	return standing;
}

void standing_free(struct standing **standing_ref)
{
	struct standing *standing = *standing_ref;

	if (!standing)
		return;
	pthread_mutex_destroy(&standing->reading);
	pthread_rwlock_destroy(&standing->lock);
	free(standing->held);
	free(standing);
	*standing_ref = NULL;
}

void standing_forget(struct svc *svc)
{
	atomic_fetch_add(&svc->standing->forgotten, 1);
	atomic_store(&svc->standing->read_at, 0);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

static bool is_held(struct standing *standing, struct uuid tenant)
{
	bool found;

	pthread_rwlock_rdlock(&standing->lock);
	found = standing->n > 0 &&
		bsearch(&tenant, standing->held, standing->n, sizeof(struct uuid), compare) != NULL;
	pthread_rwlock_unlock(&standing->lock);
	return found;
}

struct held {
	struct q_svc_held_row *rows;
	size_t n;
};

static struct status read_held(struct rpc_call *call, void *arg)
{
	struct held *held = arg;

	return q_svc_held(call->tx, &held->rows, &held->n);
}

static void replace(struct standing *standing, const struct held *held)
{
	struct uuid *fresh = reallocarray(NULL, held->n + 1, sizeof *fresh), *old;

	if (!fresh)
		abort();
	for (size_t i = 0; i < held->n; i++)
		fresh[i] = held->rows[i].id;
	qsort(fresh, held->n, sizeof *fresh, compare);
	pthread_rwlock_wrlock(&standing->lock);
	old = standing->held;
	standing->held = fresh;
	standing->n = held->n;
	pthread_rwlock_unlock(&standing->lock);
	free(old);
}

/* With `reading` held. */
static struct status read_set(struct rpc_call *call)
{
	struct standing *standing = call->svc->standing;
	uint64_t forgotten = atomic_load(&standing->forgotten);
	instant now = instant_monotonic();
	struct held held = {};

	TRY(svc_tx_attempt(call, call_state(call)->worker->conn, RPC_TX_ONE, (struct uuid){}, false,
			   read_held, &held));
	replace(standing, &held);
	/* What was committed while the statement ran is perhaps not in its answer. */
	if (atomic_load(&standing->forgotten) == forgotten)
		atomic_store(&standing->read_at, now);
	return OK;
}

static bool is_fresh(struct standing *standing, instant kept)
{
	instant read_at = atomic_load(&standing->read_at);

	return read_at != 0 && instant_monotonic() - read_at <= kept;
}

/* One call reads for all of them; the others wait for it only when what they have is too old. */
static struct status refresh(struct rpc_call *call)
{
	struct standing *standing = call->svc->standing;
	struct status st = OK;

	if (is_fresh(standing, STANDING_KEPT))
		return OK;
	if (pthread_mutex_trylock(&standing->reading) != 0) {
		if (is_fresh(standing, KEPT_AT_MOST))
			return OK;
		pthread_mutex_lock(&standing->reading);
	}
	if (!is_fresh(standing, STANDING_KEPT))
		st = read_set(call);
	pthread_mutex_unlock(&standing->reading);
	return st;
}

struct status standing_check(struct rpc_call *call, struct uuid tenant)
{
	if (call->tx)
		abort();
	if (uuid_is_nil(tenant) || !call_state(call)->worker->conn)
		return OK;
	TRY(refresh(call));
	return is_held(call->svc->standing, tenant) ? FAIL(TENANT_SUSPENDED) : OK;
}

struct status standing_check_caller(struct rpc_call *call)
{
	switch (call->principal->kind) {
	case PRINCIPAL_USER:
	case PRINCIPAL_API_KEY:
	case PRINCIPAL_PARTNER_KEY:
	case PRINCIPAL_SESSION: return standing_check(call, call->principal->tenant);
	case PRINCIPAL_ANONYMOUS:
	case PRINCIPAL_SERVICE:
	case PRINCIPAL_ADMIN: break;
	}
	return OK;
}

struct status standing_put(struct rpc_call *call, struct uuid tenant, const char *status,
			   int64_t version, bool *changed)
{
	int64_t written;

	TRY(q_svc_put_standing(call->tx, &written, .id = tenant, .status = status,
			       .version = version, .now = call->now));
	if (changed)
		*changed = written > 0;
	return OK;
}
