#include "program/period.h"
#include "svc/kit/pb.h"
#include "svc/standing.h"

struct lookup {
	const Program__GetPublishedVersionRequest *req;
	Program__PublishedVersion *resp;
	struct q_directory_row *entry;
};

static struct status find_owner(struct rpc_call *call, void *arg)
{
	struct lookup *lookup = arg;
	struct uuid program;

	if (uuid_parse(str_of(lookup->req->public_id), &program))
		TRY(q_directory_entry_of_program(call->tx, program, &lookup->entry));
	else
		TRY(q_directory_entry(call->tx, lookup->req->public_id, &lookup->entry));
	return lookup->entry ? OK : FAIL(PROGRAM_NOT_FOUND);
}

static struct status add_document(struct rpc_call *call, const struct q_version_row *version,
				  Program__PublishedVersion *resp)
{
	struct screener_tables tables;

	resp->document = pb_bytes(version->document);
	TRY(screener_tables(call, version->document, &tables));
	resp->n_tables = tables.n;
	resp->tables = pb_array(call->arena, &program__reference_table__descriptor, tables.n);
	for (size_t i = 0; i < tables.n; i++) {
		Program__ReferenceTable *out = resp->tables[i];

		out->sha256 = tables.hashes[i];
		out->document = pb_bytes(tables.tables[i]);
	}
	return OK;
}

static struct status read_version(struct rpc_call *call, void *arg)
{
	struct lookup *lookup = arg;
	Program__PublishedVersion *resp = lookup->resp;
	struct q_version_row *version;
	struct q_program_row *program;
	int attempts_by;

	TRY(q_program_by_id(call->tx, lookup->entry->program_id, &program));
	if (!program)
		return FAIL(PROGRAM_NOT_FOUND);
	TRY(program_check_period(call, program));
	if (strcmp(program->status, "active") != 0)
		return FAIL(PROGRAM_NOT_ACTIVE);
	if (*lookup->req->content_hash)
		TRY(q_version_by_hash(call->tx, program->id, lookup->req->content_hash, &version));
	else
		TRY(q_version_by_number(call->tx, program->id, program->published_version,
					&version));
	if (!version)
		return FAIL(PROGRAM_NOT_ACTIVE);
	resp->tenant_id = uuid_text(call->arena, lookup->entry->owner_id);
	resp->program_id = uuid_text(call->arena, program->id);
	resp->program_name = program->name;
	resp->version = version->screener_version;
	resp->content_hash = version->content_hash;
	resp->n_states = program->states.n;
	resp->states = (const char **)program->states.items;
	resp->time_zone = program->time_zone;
	resp->public_id = program->public_id;
	TRY(pb_enum_value(&program__attempts_by__enum_info, program->attempts_by, &attempts_by));
	resp->attempts_by = (Program__AttemptsBy)attempts_by;
	resp->state = arena_new_of(call->arena, Program__ProgramState);
	TRY(program_state(call->arena, program, false, resp->state));
	if (program->code_budget) {
		resp->_code_budget_case = PROGRAM__PUBLISHED_VERSION___CODE_BUDGET_CODE_BUDGET;
		resp->code_budget = *program->code_budget;
	}
	return lookup->req->without_document ? OK : add_document(call, version, resp);
}

struct status program_get_published_version(struct rpc_call *call,
					    const Program__GetPublishedVersionRequest *req,
					    Program__PublishedVersion *resp)
{
	struct lookup lookup = {.req = req, .resp = resp};
	struct status standing;

	TRY(tx_run_as(call, (struct uuid){}, find_owner, &lookup));
	standing = standing_check(call, lookup.entry->owner_id);
	/* To a consumer the program is closed; why is no business of theirs. */
	if (standing.code == STATUS_PERMISSION_DENIED)
		return FAIL(PROGRAM_NOT_ACTIVE);
	TRY(standing);
	return tx_run_as(call, lookup.entry->owner_id, read_version, &lookup);
}
