#include "sample/note.h"

struct put {
	const Sample__PutNoteRequest *req;
	Sample__Note *resp;
};

static struct status read_first(struct rpc_call *call, void *arg)
{
	struct q_note_row *rows;
	size_t n;

	(void)arg;
	return q_notes(call->tx, &rows, &n);
}

static struct status put_in_tx(struct rpc_call *call, void *arg)
{
	const struct put *put = arg;

	return note_put(call, put->req->title, put->req->body, put->resp);
}

struct status sample_put_note_once(struct rpc_call *call, const Sample__PutNoteRequest *req,
				   Sample__Note *resp)
{
	struct put put = {req, resp};

	TRY(tx_run(call, read_first, NULL));
	return tx_run_once(call, put_in_tx, &put);
}
