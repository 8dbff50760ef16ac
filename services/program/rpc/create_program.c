#include <aegis/tenant/v1/tenant.aegis.h>

#include "base/encoding.h"
#include "contract/time.h"
#include "crypto/random.h"
#include "program/program.h"
#include "program/states.h"
#include "zone/zone.h"

#define PUBLIC_ID_BYTES 10

struct creation {
	const Program__Program *program;
	const char *time_zone;
	Program__Program *resp;
};

/* Unguessable, and says nothing of the tenant. */
static char *new_public_id(struct arena *arena)
{
	uint8_t bytes[PUBLIC_ID_BYTES];
	char hex[2 * PUBLIC_ID_BYTES + 1];

	crypto_random(bytes, sizeof bytes);
	hex_encode(hex, bytes, sizeof bytes);
	return arena_printf(arena, "prg_%s", hex);
}

struct status zone_check(struct rpc_call *call, const char *zone)
{
	return zone_is_known(str_of(zone))
		       ? OK
		       : call_field_error(call, "timeZone", "UNKNOWN_ZONE",
					  "must be a name of the IANA time zone database, such as "
					  "America/New_York");
}

static struct status zone_of_tenant(struct rpc_call *call, const char **zone)
{
	Tenant__GetMyTenantRequest req = TENANT__GET_MY_TENANT_REQUEST__INIT;
	Tenant__Tenant *tenant;

	TRY(call_tenant_get_my_tenant(call, &req, &tenant));
	*zone = tenant->time_zone;
	return OK;
}

static struct status insert(struct rpc_call *call, void *arg)
{
	struct creation *creation = arg;
	struct q_program_row new = {.id = uuid_v7(call->now),
				    .public_id = new_public_id(call->arena)};
	struct q_program_row *row;

	TRY(q_program_from(call->arena, creation->program, NULL, &new));
	new.time_zone = creation->time_zone;
	TRY(q_insert_program(call->tx, new, call->principal->id, call->now, &row));
	TRY(q_insert_directory(call->tx, row->public_id, call->tenant, row->id));
	TRY(q_program_fill(call->arena, row, creation->resp));
	return emit_program(call, "program.created", NULL, row, creation->resp);
}

/* The organization's zone is copied: what it is changed to later moves no program's dates. */
struct status program_create_program(struct rpc_call *call,
				     const Program__CreateProgramRequest *req,
				     Program__Program *resp)
{
	const Program__Program *in = req->program;
	struct creation creation = {.program = in, .time_zone = in->time_zone, .resp = resp};

	TRY(states_check(call, (struct text_list){in->states, in->n_states}));
	if (!*creation.time_zone)
		TRY(zone_of_tenant(call, &creation.time_zone));
	TRY(zone_check(call, creation.time_zone));
	return tx_run_once(call, insert, &creation);
}
