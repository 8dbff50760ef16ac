#include "compliance/compliance.h"

#include "base/log.h"
#include "compliance/fetch.h"
#include "compliance/settings.h"
#include "compliance_platform/queries.h"
#include "contract/time.h"
#include "svc/kit/change.h"
#include "svc_core/sandbox.h"

struct compliance_config compliance_config;

#define CFG_OWNER struct compliance_config
static const struct cfg_setting setting_rows[] = {COMPLIANCE_SETTINGS(CFG_ROW)};
#undef CFG_OWNER

struct status emit_compliance_event(struct rpc_call *call, const char *action,
				    const struct q_event_row *old,
				    const Compliance__ComplianceEvent *event)
{
	Compliance__ComplianceEvent before = COMPLIANCE__COMPLIANCE_EVENT__INIT;

	TRY(q_event_fill(call->arena, old, &before));
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &compliance__compliance_event__info,
						    .before = &before,
						    .after = event});
}

int32_t *line_numbers(struct arena *arena, struct int8_list lines)
{
	int32_t *out = arena_array_of(arena, int32_t, lines.n + 1);

	for (size_t i = 0; i < lines.n; i++)
		out[i] = (int32_t)lines.items[i];
	return out;
}

bool is_source_visible(const struct rpc_call *call, const struct q_source_row *row)
{
	return call->principal->kind == PRINCIPAL_ADMIN || !row->only_tenant ||
	       uuid_eq(*row->only_tenant, call->principal->tenant);
}

struct status visible_source(struct rpc_call *call, struct uuid id, struct q_source_row **row)
{
	TRY(q_source_by_id(call->tx, id, row));
	if (*row && !is_source_visible(call, *row))
		*row = NULL;
	return OK;
}

static struct status start(struct svc *svc)
{
	(void)svc;
	if (compliance_config.allow_http_loopback)
		log_warn("sources on this machine are taken: this is for the demo only");
	fetch_init();
	return OK;
}

static const struct svc_job jobs[] = {
	{.kind = "poll", .run = run_poll, .every_s = 60, .lease_s = 120},
	{.kind = "route", .run = run_route, .every_s = 2, .lease_s = 20},
};

static const struct db_constraint_map constraints[] = {
	{"source_name_key", REASON_SOURCE_EXISTS},
	{"subscription_source_key", REASON_SUBSCRIPTION_EXISTS},
	{},
};

const struct svc_descriptor compliance_daemon = {
	.name = "compliance",
	.purpose = "public sources, their changes, and who is told",
	.service = &compliance_service,
	.handlers = &compliance_handlers,
	.needs = SANDBOX_NETWORK,
	.queries = &compliance_queries,
	.platform_queries = &compliance_platform_queries,
	.constraints = constraints,
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof jobs[0],
	.settings = {.settings = setting_rows,
		     .n = sizeof setting_rows / sizeof setting_rows[0],
		     .target = &compliance_config},
	.start = start,
};
