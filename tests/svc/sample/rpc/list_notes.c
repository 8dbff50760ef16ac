#include "sample/note.h"

struct status sample_list_notes(struct rpc_call *call, const Sample__ListNotesRequest *req,
				Sample__ListNotesResponse *resp)
{
	struct q_note_row *rows;
	size_t n;

	(void)req;
	TRY(q_notes(call->tx, &rows, &n));
	resp->notes = arena_array_of(call->arena, Sample__Note *, n);
	for (size_t i = 0; i < n; i++) {
		resp->notes[i] = arena_new_of(call->arena, Sample__Note);
		note_to_proto(call->arena, &rows[i], resp->notes[i]);
	}
	resp->n_notes = n;
	return OK;
}
