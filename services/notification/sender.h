#pragma once

/* Whose name a reader sees as the sender. */
#include "svc/svc.h"

struct mail;

/*
 * "Acme Pharma via Aegis" for what an organization writes, in call->arena; "" for the
 * platform's own texts, and while tenant does not answer.  Asks tenant, outside any
 * transaction; the answer is kept for a minute.
 */
const char *sender_name(struct rpc_call *call, const struct mail *mail);

/* The name as a reader may see it: no control characters, quotes, brackets or addresses. */
const char *sender_clean(struct arena *arena, const char *name);
