#include "sample/note.h"

struct status sample_put_note(struct rpc_call *call, const Sample__PutNoteRequest *req,
			      Sample__Note *resp)
{
	return note_put(call, req->title, req->body, resp);
}
