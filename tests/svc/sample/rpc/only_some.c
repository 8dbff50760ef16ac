/* Three methods that differ in who may call them. */
#include "sample/note.h"

struct status sample_only_audit(struct rpc_call *call, const Sample__EchoTextRequest *req,
				Sample__EchoTextResponse *resp)
{
	return sample_echo_text(call, req, resp);
}

struct status sample_only_admin(struct rpc_call *call, const Sample__EchoTextRequest *req,
				Sample__EchoTextResponse *resp)
{
	return sample_echo_text(call, req, resp);
}

struct status sample_only_session(struct rpc_call *call, const Sample__EchoTextRequest *req,
				  Sample__EchoTextResponse *resp)
{
	return sample_echo_text(call, req, resp);
}
