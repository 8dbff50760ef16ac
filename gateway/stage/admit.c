/*
 * One round trip to Redis: is the session alive, is the call within its limits.
 * Without Redis the session is auth's answer and the limits are this loop's own.
 */
#include "aegis/auth/v1/auth.pb-c.h"
#include "call.h"
#include "contract/access.h"
#include "rpc/pb_arena.h"
#include "stage/session_facts.h"

/* Per principal and minute, by class; what a call costs of the tenant's share. */
static const struct cache_rate class_rates[] = {
	[RPC_RATE_READ] = {6000, 600, 1},    [RPC_RATE_WRITE] = {1200, 200, 1},
	[RPC_RATE_AUTH] = {30, 20, 1},	     [RPC_RATE_EXPENSIVE] = {60, 20, 1},
	[RPC_RATE_CODE] = {300, 60, 1},	     [RPC_RATE_NONE] = {1, 1, 1},
	[RPC_RATE_REFRESH] = {1200, 400, 1},
};
static const uint32_t class_weights[] = {
	[RPC_RATE_READ] = 1,	   [RPC_RATE_WRITE] = 4, [RPC_RATE_AUTH] = 4,
	[RPC_RATE_EXPENSIVE] = 50, [RPC_RATE_CODE] = 4,	 [RPC_RATE_NONE] = 0,
	[RPC_RATE_REFRESH] = 4,
};
static const struct cache_rate tenant_rate = {240000, 24000, 1};
/* Beside the tenant's own: however many strangers come, its partners and staff are served. */
static const struct cache_rate anonymous_rate = {120000, 12000, 1};
static const struct cache_rate refused_rate = {600, 120, 1};
static const struct cache_rate builtin_rate = {6000, 600, 1};

/* Classes of buckets beside those of methods; a nil `who` is everybody without an account. */
enum { CLASS_ANONYMOUS = RPC_RATES, CLASS_REFUSED, CLASS_BUILTIN };

static struct cache_rate scaled(struct cache_rate rate, uint64_t percent)
{
	uint64_t per_minute = rate.per_minute * percent / 100, burst = rate.burst * percent / 100;

	rate.per_minute = (uint32_t)(per_minute ? per_minute : 1);
	rate.burst = (uint32_t)(burst > rate.cost ? burst : rate.cost);
	return rate;
}

void gw_rates_init(struct gw_rates *rates, long percent)
{
	for (int class = 0; class < GW_RATES; class ++) {
		rates->of_class[class] = scaled(class_rates[class], (uint64_t)percent);
		rates->of_tenant[class] = scaled(tenant_rate, (uint64_t)percent);
		rates->of_tenant[class].cost = class_weights[class];
		rates->of_anonymous[class] = scaled(anonymous_rate, (uint64_t)percent);
		rates->of_anonymous[class].cost = class_weights[class];
	}
	rates->refused = scaled(refused_rate, (uint64_t)percent);
	rates->builtin = scaled(builtin_rate, (uint64_t)percent);
}

static struct cache_check check_of_network(const struct gw_call *call, int class,
					   struct cache_rate rate)
{
	struct cache_check check = {.with_address = true,
				    .address = {.class = class, .rate = rate}};

	ip_network_of_text(check.address.address, str_of(call->client.address));
	return check;
}

void gw_count_refusal(struct gw_call *call)
{
	struct cache_check check =
		check_of_network(call, CLASS_REFUSED, call->loop->gw->rates.refused);
	struct cache_verdict verdict;

	gcra_table_check(call->loop->local, &check, edge_loop_now(call->loop->edge_loop), &verdict);
}

bool gw_may_try_credential(struct gw_call *call)
{
	struct cache_check check =
		check_of_network(call, CLASS_REFUSED, call->loop->gw->rates.refused);
	struct cache_verdict verdict;

	gcra_table_peek(call->loop->local, &check, edge_loop_now(call->loop->edge_loop), &verdict);
	if (!verdict.allowed)
		gw_fail_later(
			call, FAIL(RATE_LIMITED),
			"Too many credentials from this network were refused: wait before the "
			"next one.",
			verdict.retry_ms ? verdict.retry_ms : 1000);
	return verdict.allowed;
}

bool gw_may_ask_builtin(struct gw_call *call)
{
	struct cache_check check =
		check_of_network(call, CLASS_BUILTIN, call->loop->gw->rates.builtin);
	struct cache_verdict verdict;

	if (call->x->on_private_port)
		return true;
	gcra_table_check(call->loop->local, &check, edge_loop_now(call->loop->edge_loop), &verdict);
	if (!verdict.allowed)
		gw_fail_later(call, FAIL(RATE_LIMITED), "Too many calls: wait before the next one.",
			      verdict.retry_ms ? verdict.retry_ms : 1000);
	return verdict.allowed;
}

/* Guessing is bounded by address whoever asks; signed-in calls by who asks. */
static bool needs_address(enum rpc_rate class, const struct principal *p)
{
	return class != RPC_RATE_NONE &&
	       (!p || class == RPC_RATE_AUTH || class == RPC_RATE_REFRESH ||
		p->kind == PRINCIPAL_SESSION);
}

static void plan(struct gw_call *call)
{
	const struct gw_rates *rates = &call->loop->gw->rates;
	const struct principal *p = call->principal;
	enum rpc_rate class = route_method(call->route)->policy.rate;
	struct cache_check *check = &call->check;

	if (needs_address(class, p)) {
		check->with_address = true;
		check->address.class = class;
		check->address.rate = rates->of_class[class];
		ip_network_of_text(check->address.address, str_of(call->client.address));
	}
	if (!p)
		return;
	/* The tenant that the token is for: an administrator's session belongs to none. */
	check->tenant = call->credential->principal.tenant;
	check->with_standing = !uuid_is_nil(check->tenant);
	check->session = p->session;
	check->with_session = (p->kind == PRINCIPAL_USER || p->kind == PRINCIPAL_ADMIN) &&
			      !uuid_is_nil(p->session);
	/*
	 * Whoever has not been proven yet spends only what their network has: anybody can write a
	 * tenant and a session into a token.
	 */
	if (class == RPC_RATE_NONE ||
	    (p->kind == PRINCIPAL_SESSION && !call->credential->is_proven))
		return;
	check->n_limits = 2;
	check->limits[0] =
		(struct cache_limit){.who = p->id, .class = class, .rate = rates->of_class[class]};
	if (p->kind == PRINCIPAL_SESSION)
		check->limits[1] = (struct cache_limit){.class = CLASS_ANONYMOUS,
							.rate = rates->of_anonymous[class]};
	else
		check->limits[1] =
			(struct cache_limit){.everyone = true, .rate = rates->of_tenant[class]};
}

/* Who may not act at all is told that first: the link that confirms is of no use to them. */
static void check_verified(struct gw_call *call)
{
	if (call->principal &&
	    access_needs_verified(&route_method(call->route)->policy, call->principal))
		gw_fail(call, FAIL(EMAIL_NOT_VERIFIED),
			"Confirm your e-mail address by the link you were sent, then refresh your "
			"token.");
	else
		gw_next(call);
}

static void go_on(struct gw_call *call, enum cache_session session, uint64_t epoch)
{
	if (session == CACHE_SESSION_SUSPENDED)
		/* Consumers read this, too: it says nothing of why. */
		gw_fail(call, FAIL(TENANT_SUSPENDED),
			"This organization is not active at present.");
	else if (session == CACHE_SESSION_ENDED)
		gw_fail(call, FAIL(SESSION_ENDED), "This session has ended: sign in again.");
	else if (session == CACHE_SESSION_ALIVE && call->principal->epoch < epoch)
		gw_fail(call, FAIL(TOKEN_STALE),
			"Your rights have changed since this token was made: refresh it.");
	else
		check_verified(call);
}

static enum cache_session state_of(const Auth__CheckSessionResponse *answer)
{
	if (!answer->alive)
		return CACHE_SESSION_ENDED;
	return answer->suspended ? CACHE_SESSION_SUSPENDED : CACHE_SESSION_ALIVE;
}

static void on_session_checked(struct gw_call *call)
{
	struct rpc_result *result = call->result;
	ProtobufCAllocator allocator = pb_arena_allocator(call->x->arena);
	Auth__CheckSessionResponse *answer = NULL;

	if (is_failed(result->header.status)) {
		gw_fail_reply(call, &result->header);
		return;
	}
	answer = auth__check_session_response__unpack(&allocator, result->payload.len,
						      (const uint8_t *)result->payload.ptr);
	if (!answer) {
		gw_fail(call, FAIL(MALFORMED_REPLY), NULL);
		return;
	}
	session_facts_put(call->loop->facts, call->principal->session, state_of(answer),
			  answer->epoch, edge_loop_now(call->loop->edge_loop));
	go_on(call, state_of(answer), answer->epoch);
}

static void ask_auth(struct gw_call *call)
{
	const struct gateway *gw = call->loop->gw;
	const struct principal *p = &call->credential->principal;
	Auth__CheckSessionRequest request = AUTH__CHECK_SESSION_REQUEST__INIT;
	enum cache_session state;
	uint64_t epoch;

	if (session_facts_find(call->loop->facts, p->session, edge_loop_now(call->loop->edge_loop),
			       &state, &epoch)) {
		go_on(call, state, epoch);
		return;
	}
	request.session_id = uuid_text(call->x->arena, p->session);
	if (!uuid_is_nil(p->tenant))
		request.tenant_id = uuid_text(call->x->arena, p->tenant);
	request.user_id = uuid_text(call->x->arena, p->id);
	gw_send(call, "auth", gw->methods.check_session,
		(struct rpc_body){.message = &request.base}, 2000, on_session_checked);
}

static void decide(struct gw_call *call)
{
	const struct cache_verdict *verdict = &call->verdict;

	call->has_verdict = true;
	if (verdict->session == CACHE_SESSION_ENDED ||
	    verdict->session == CACHE_SESSION_SUSPENDED) {
		go_on(call, verdict->session, 0);
		return;
	}
	if (!verdict->allowed) {
		gw_fail_later(call, FAIL(RATE_LIMITED), "Too many calls: wait before the next one.",
			      verdict->retry_ms ? verdict->retry_ms : 1000);
		return;
	}
	if (call->check.with_session && verdict->session != CACHE_SESSION_ALIVE)
		ask_auth(call);
	else
		go_on(call, verdict->session, verdict->epoch);
}

static void decide_locally(struct gw_call *call)
{
	gcra_table_check(call->loop->local, &call->check, edge_loop_now(call->loop->edge_loop),
			 &call->verdict);
	decide(call);
}

static void on_verdict(void *arg, const struct cache_verdict *verdict)
{
	struct gw_call *call = arg;

	if (is_failed(verdict->status)) {
		decide_locally(call);
		return;
	}
	call->verdict = *verdict;
	decide(call);
}

void gw_admit(struct gw_call *call)
{
	struct cache *cache = call->loop->cache;

	plan(call);
	if (!cache_check_has_tenant(&call->check) && !call->check.with_address)
		check_verified(call);
	else if (!cache || is_failed(cache_check(cache, &call->check, on_verdict, call)))
		decide_locally(call);
}
