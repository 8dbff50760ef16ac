#include "compliance/compliance.h"
#include "contract/time.h"
#include "screener/screener.h"
#include "svc/kit/change.h"
#include "svc/kit/pb.h"

/* The list has addresses of the armed forces and of the freely associated states, too. */
static bool is_postal_state(struct str code)
{
	static const char *const others[] = {"AA", "AE", "AP", "FM", "MH", "PW"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (str_eq_c(code, others[i]))
			return true;
	return screener_state_is_known(code);
}

/* A state that does not exist would never raise anything. */
static struct status check_states(struct rpc_call *call, const Compliance__Subscription *in)
{
	struct status st = OK;

	for (size_t i = 0; i < in->n_states; i++)
		if (!is_postal_state(str_of(in->states[i])))
			st = call_field_error(
				call, arena_printf(call->arena, "states[%zu]", i), "UNKNOWN_STATE",
				"must be the USPS code of a state or territory, like TX");
	return st;
}

/* From now on: what changed before is not raised. */
struct status compliance_create_subscription(struct rpc_call *call,
					     const Compliance__CreateSubscriptionRequest *req,
					     Compliance__Subscription *resp)
{
	const Compliance__Subscription *in = req->subscription;
	struct q_subscription_row *row;
	struct q_source_row *source;
	struct q_newest_row *newest;

	TRY(check_states(call, in));
	TRY(visible_source(call, pb_uuid(in->source_id), &source));
	if (!source)
		return FAIL(SOURCE_NOT_FOUND);
	TRY(q_newest_change(call->tx, source->id, &newest));
	TRY(q_insert_subscription(call->tx, &row, .id = uuid_v7(call->now), .source_id = source->id,
				  .states = ((struct text_list){in->states, in->n_states}),
				  .last_seq = newest->seq, .actor = call->principal->id,
				  .now = call->now));
	TRY(q_subscription_fill(call->arena, row, resp));
	return svc_emit_change(
		call, "subscription.created",
		&(struct change_out){.resource = &compliance__subscription__info, .after = resp});
}

struct status compliance_list_subscriptions(struct rpc_call *call,
					    const Compliance__ListSubscriptionsRequest *req,
					    Compliance__ListSubscriptionsResponse *resp)
{
	struct q_subscription_row *rows;
	size_t n;

	(void)req;
	TRY(q_list_subscriptions(call->tx, &rows, &n));
	return q_subscription_list(call->arena, rows, n, &resp->n_subscriptions,
				   &resp->subscriptions);
}
