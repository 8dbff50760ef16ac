#pragma once

/* Plays every daemon: answers by method id, notes what it saw in `backend`. */
#include "rpc/server.h"
#include "rpc/trust.h"

extern uint8_t backend_public_keys[2][32];
extern _Atomic int backend_n_keys;

void backend_answer(struct rpc_request *request, void *trust);
