#include "audit/audit.h"
#include "crypto/keyring.h"
#include "merkle/checkpoint.h"

struct status audit_get_log_key(struct rpc_call *call, const Audit__GetLogKeyRequest *req,
				Audit__LogKey *resp)
{
	const struct key *key = keyring_newest(svc_keyring(call->svc), "checkpoint");

	(void)req;
	if (!key)
		return FAIL(NO_CHECKPOINT_KEY);
	resp->origin = audit_origin(call);
	resp->verifier_key = checkpoint_verifier_key(call->arena, resp->origin, key->public_key);
	return OK;
}
