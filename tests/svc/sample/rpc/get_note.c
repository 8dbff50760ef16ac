#include "sample/note.h"

struct status sample_get_note(struct rpc_call *call, const Sample__GetNoteRequest *req,
			      Sample__Note *resp)
{
	struct q_note_row *row;
	struct uuid id;

	if (!uuid_parse(str_of(req->id), &id))
		return call_field_error(call, "id", "NOT_UUID", "must be an id");
	TRY(q_note_by_id(call->tx, id, &row));
	if (!row)
		return FAIL(NOT_FOUND);
	return q_note_fill(call->arena, row, resp);
}
