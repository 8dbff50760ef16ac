#include "rpc/nng_status.h"

#include <nng/nng.h>

struct status rpc_status_of_nng(int err)
{
	switch (err) {
	case 0: return OK;
	case NNG_ETIMEDOUT: return FAIL(DEADLINE_EXCEEDED, "DEADLINE");
	case NNG_ECONNRESET:
	case NNG_ECONNSHUT:
	case NNG_ECONNABORTED: return FAIL(UNAVAILABLE, "CONNECTION_LOST");
	case NNG_ECONNREFUSED: return FAIL(UNAVAILABLE, "NO_CONNECTION");
	case NNG_EMSGSIZE: return FAIL(RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE");
	case NNG_ECLOSED:
	case NNG_ECANCELED: return FAIL(CANCELLED, "CLIENT_CLOSED");
	case NNG_ENOMEM: return FAIL(RESOURCE_EXHAUSTED, "MEMORY");
	default: return FAIL(INTERNAL, "TRANSPORT");
	}
}
