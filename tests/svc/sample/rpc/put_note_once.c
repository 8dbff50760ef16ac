#include <string.h>

#include "sample/note.h"

struct put {
	const Sample__PutNoteRequest *req;
	Sample__Note *resp;
	struct q_notes_asked *notes;
};

static struct status read_first(struct rpc_call *call, void *arg)
{
	struct q_note_row *rows;
	size_t n;

	(void)arg;
	return q_notes(call->tx, &rows, &n);
}

static struct status ask_notes(struct rpc_call *call, void *arg)
{
	struct put *put = arg;

	return q_notes_ask(call->tx, &put->notes);
}

static struct status put_in_tx(struct rpc_call *call, void *arg)
{
	const struct put *put = arg;
	struct q_note_row *rows;
	size_t n;

	TRY(q_notes_take(call->tx, put->notes, &rows, &n));
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].title, put->req->title) == 0)
			return FAIL(ALREADY_EXISTS);
	return note_put(call, put->req->title, put->req->body, put->resp);
}

struct status sample_put_note_once(struct rpc_call *call, const Sample__PutNoteRequest *req,
				   Sample__Note *resp)
{
	struct put put = {.req = req, .resp = resp};

	TRY(tx_run(call, read_first, NULL));
	return tx_run_once_asking(call, ask_notes, put_in_tx, &put);
}
