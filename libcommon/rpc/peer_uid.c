#include "rpc/peer_uid.h"

#include <unistd.h>

#include "base/log.h"
#include "crypto/keyring.h"

#define ROOT 0u

unsigned peer_uid_of(nng_stream *stream)
{
	uint64_t uid;

	if (nng_stream_get_uint64(stream, NNG_OPT_IPC_PEER_UID, &uid) != 0)
		return PEER_UID_NONE;
	return (unsigned)uid;
}

bool peer_uid_may_be(const char *secrets_dir, const char *daemon, unsigned uid)
{
	unsigned owner;

	if (uid == PEER_UID_NONE || uid == ROOT)
		return true;
	return is_ok(keyring_owner(secrets_dir, daemon, &owner)) && owner == uid;
}

void peer_uid_report(const char *secrets_dir, const char *const *daemons, size_t n)
{
	size_t same = 0;
	unsigned owner;

	for (size_t i = 0; i < n; i++)
		same += is_ok(keyring_owner(secrets_dir, daemons[i], &owner)) && owner == geteuid();
	if (same > 0)
		log_warn("daemons run as one user: their sockets do not tell them apart",
			 KV("user_id", geteuid()), KV("daemons", same));
}
