/* What becomes of a source itself, for whoever relies on it: quarantined, silent, well again. */
#include "base/log.h"
#include "compliance/change_list.h"
#include "compliance/sync.h"
#include "svc/kit/details.h"

/* Sources that one run of the job may find silent. */
#define MAX_SILENT 200

enum news { QUARANTINED, STALE, RECOVERED };

static const struct {
	const char *type, *priority, *words;
} kinds[] = {
	[QUARANTINED] = {"source.quarantined", "high", "Monitoring stopped, a file was refused"},
	[STALE] = {"source.stale", "high", "Monitoring stopped, the source is silent"},
	[RECOVERED] = {"source.recovered", "normal", "Monitoring goes on"},
};

instant source_patience(int32_t interval_seconds)
{
	return SECONDS(2 * (instant)interval_seconds) + HOURS(1);
}

/* What subscribers are told, as the event's metadata. */
struct report {
	struct uuid source;
	struct uuid poll;
	const char *name;
	const char *detail;
	const instant *last_success_at;
};

static const char *metadata_of(struct arena *arena, const struct report *report)
{
	struct details details = details_new(arena);
	char text[INSTANT_TEXT];

	details_text(&details, "source", report->name);
	details_text(&details, "detail", report->detail);
	if (report->last_success_at) {
		instant_format(text, *report->last_success_at);
		details_text(&details, "lastSuccessAt", text);
	}
	return details_end(&details).ptr;
}

static struct status tell(struct rpc_call *call, enum news news, const struct report *report)
{
	struct change_list list = change_list_new(call->arena, 1);
	const char *metadata = metadata_of(call->arena, report);

	change_news(&list, kinds[news].type, kinds[news].priority,
		    arena_printf(call->arena, "%s: %s", kinds[news].words, report->name), metadata);
	TRY(change_list_write(call, report->source, report->poll, &list));
	svc_emit(call, &(struct event_out){.action = kinds[news].type,
					   .target_kind = "source",
					   .target_id = report->source,
					   .after = str_of(metadata)});
	return OK;
}

struct status sync_write_news(struct rpc_call *call, const struct sync *sync, bool *quarantine_told,
			      bool *stale_told)
{
	const struct report report = {.source = sync->order->id,
				      .poll = sync->poll,
				      .name = sync->source->name,
				      .detail = sync->detail,
				      .last_success_at = sync->source->last_success_at};
	bool is_quarantined = strcmp(sync->state, "quarantined") == 0;

	*quarantine_told = sync->held->quarantine_told;
	*stale_told = sync->held->stale_told;
	if (strcmp(sync->state, "fresh") == 0) {
		if (*quarantine_told || *stale_told)
			TRY(tell(call, RECOVERED, &report));
		*quarantine_told = *stale_told = false;
	} else if (is_quarantined && !*quarantine_told) {
		TRY(tell(call, QUARANTINED, &report));
		*quarantine_told = true;
	}
	return OK;
}

/* Marking them keeps them locked: who polls meanwhile sees that the silence was told. */
struct status tell_silence(struct rpc_call *call, void *arg)
{
	struct q_silent_row *rows;
	size_t n;

	(void)arg;
	TRY(q_mark_silent(call->tx, call->now, MAX_SILENT, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		const struct report report = {.source = rows[i].id,
					      .poll = uuid_v7(call->now),
					      .name = rows[i].name,
					      .detail = rows[i].last_error,
					      .last_success_at = rows[i].last_success_at};

		TRY(tell(call, STALE, &report));
	}
	return OK;
}
