#include "sample/note.h"

struct status sample_relay_echo(struct rpc_call *call, const Sample__EchoTextRequest *req,
				Sample__EchoTextResponse *resp)
{
	Sample__EchoTextResponse *answer;

	TRY(call_sample_echo_text(call, req, &answer));
	resp->text = answer->text;
	return OK;
}
