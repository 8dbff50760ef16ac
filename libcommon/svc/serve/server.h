#pragma once

/* Between nng and the pools; for main.c. */
#include "svc/serve/pool.h"

struct rpc_request;

/* rpc_server_config.on_request; arg is the struct svc. */
void svc_on_request(struct rpc_request *request, void *arg);

/* The pools' work and refuse; state is a struct svc_worker. */
void svc_work(void *state, struct svc_item *item);
void svc_refuse(void *state, struct svc_item *item);
