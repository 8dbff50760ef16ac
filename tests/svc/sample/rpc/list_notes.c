#include "sample/note.h"

struct status sample_list_notes(struct rpc_call *call, const Sample__ListNotesRequest *req,
				Sample__ListNotesResponse *resp)
{
	struct q_note_row *rows;
	size_t n;

	(void)req;
	TRY(q_notes(call->tx, &rows, &n));
	return q_note_list(call->arena, rows, n, &resp->n_notes, &resp->notes);
}
