#include "sample/note.h"

struct status sample_echo_text(struct rpc_call *call, const Sample__EchoTextRequest *req,
			       Sample__EchoTextResponse *resp)
{
	(void)call;
	resp->text = req->text;
	return OK;
}
