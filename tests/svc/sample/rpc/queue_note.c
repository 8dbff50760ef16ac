#include "sample/note.h"

struct status sample_queue_note(struct rpc_call *call, const Sample__QueueNoteRequest *req,
				Sample__QueueNoteResponse *resp)
{
	(void)resp;
	return svc_job_add(call, &(struct job_out){.kind = "note", .payload = str_of(req->title)});
}
