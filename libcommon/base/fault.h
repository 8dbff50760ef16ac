#pragma once

/*
 * Fault injection, not in release builds: the k-th event of a kind from now on, in this process,
 * fails as if the other end were gone.
 */
#include <stdbool.h>

enum fault {
	FAULT_DB_SEND,	   /* before bytes leave */
	FAULT_DB_RECEIVE,  /* before an answer is read */
	FAULT_DB_QUERY,	   /* the statement is refused by us, the connection stays */
	FAULT_DB_COMMIT,   /* COMMIT has left, its answer is lost */
	FAULT_RPC_SEND,	   /* before what was gathered for a peer leaves */
	FAULT_RPC_RECEIVE, /* what came from a peer is lost, and the connection with it */
	FAULT_KINDS,
};

#ifdef AEGIS_FAULTS
/* k = 0 disarms. */
void fault_arm(enum fault kind, unsigned k);
/* Has it not struck yet? */
bool fault_is_armed(enum fault kind);
/* At each event: is it this one? */
bool fault_strikes(enum fault kind);
#else
#define fault_strikes(kind) false
#endif
