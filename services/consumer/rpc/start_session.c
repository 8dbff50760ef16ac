#include "consumer/copy.h"
#include "consumer/keys.h"
#include "consumer/person.h"
#include "consumer/question.h"
#include "consumer/session.h"

struct start {
	const Consumer__Session *asked;
	const Program__PublishedVersion *version;
	bool has_document;
	bool copy_is_missing;
	struct q_session_row *row;
	Consumer__StartSessionResponse *resp;
};

static struct status ask_program(struct rpc_call *call, struct start *start, bool with_document)
{
	Program__GetPublishedVersionRequest req = PROGRAM__GET_PUBLISHED_VERSION_REQUEST__INIT;
	Program__PublishedVersion *version;

	req.public_id = start->asked->program_id;
	req.without_document = !with_document;
	TRY(call_program_get_published_version(call, &req, &version));
	start->version = version;
	start->has_document = with_document;
	return OK;
}

/* A program daemon of the version before tells neither of these two. */
static const char *zone_of(const Program__PublishedVersion *version)
{
	return *version->time_zone ? version->time_zone : "UTC";
}

static const char *public_id_of(const struct start *start)
{
	return *start->version->public_id ? start->version->public_id : start->asked->program_id;
}

static struct status insert_session(struct rpc_call *call, struct start *start,
				    const struct screener_entry *entry)
{
	const Program__PublishedVersion *version = start->version;
	struct uuid id = uuid_v7(call->now);
	const char *locale = locale_choose(entry, start->asked->locale, call->accept_language);
	const struct uuid *person;

	TRY(person_take(call, version, start->asked, &person));
	return q_insert_screening(
		call->tx, &start->row, .id = id, .program_id = pb_uuid(version->program_id),
		.public_id = public_id_of(start), .program_name = version->program_name,
		.screener_version = version->version, .content_hash = version->content_hash,
		.locale = locale, .device_class = start->asked->device_class,
		.utm_source = start->asked->utm_source, .time_zone = zone_of(start->version),
		.person_id = person, .answers = phi_seal(call, "answers", id, STR("{}")),
		.expires_at = call->now + SESSION_TTL, .now = call->now);
}

/* Stops short, with nothing written, when the tenant has no copy of the screener yet. */
static struct status begin(struct rpc_call *call, void *arg)
{
	struct screener_entry *entry SCREENER_HELD = NULL;
	struct start *start = arg;
	struct q_standing_row *screener;

	TRY(q_screener_standing(call->tx, start->version->content_hash,
				pb_uuid(start->version->program_id), start->version->version,
				&screener));
	if (screener->recalled)
		return FAIL(PROGRAM_RECALLED);
	start->copy_is_missing = !screener->has_copy && !start->has_document;
	if (start->copy_is_missing)
		return OK;
	if (!screener->has_copy)
		TRY(copy_store(call, start->version));
	TRY(copy_load(call, start->version->content_hash, &entry));
	TRY(insert_session(call, start, entry));
	TRY(emit_session(call, "session.started", NULL, &(struct session_state){.row = start->row},
			 start->asked, NULL));
	start->resp->session = arena_new_of(call->arena, Consumer__Session);
	consumer__session__init(start->resp->session);
	return session_to_proto(call, start->row, entry, start->resp->session);
}

/*
 * The session is pinned to the version that is published now.  Its document
 * crosses the wire once for each tenant and version; later sessions only ask whether
 * the program is active.
 */
struct status consumer_start_session(struct rpc_call *call,
				     const Consumer__StartSessionRequest *req,
				     Consumer__StartSessionResponse *resp)
{
	struct start start = {.asked = req->session, .resp = resp};
	struct uuid tenant;

	TRY(ask_program(call, &start, false));
	TRY(person_check(call, start.version, req->session));
	tenant = pb_uuid(start.version->tenant_id);
	TRY(tx_run_as(call, tenant, begin, &start));
	if (start.copy_is_missing) {
		TRY(ask_program(call, &start, true));
		TRY(tx_run_as(call, tenant, begin, &start));
	}
	resp->session_token = session_token_new(call, tenant, start.row->id);
	return OK;
}
