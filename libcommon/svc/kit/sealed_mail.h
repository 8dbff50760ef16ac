#pragma once

/*
 * A mail that notification is to send, sealed with its public key: whoever
 * carries the event or the job it lies in cannot read it.
 */
#include <aegis/event/v1/event.pb-c.h>

#include "svc/call.h"

/* What a template's {{name}} stands for. */
struct mail_word {
	const char *name;
	const char *value;
};

/* In the arena, which the words must outlive too; to and locale are the caller's to set. */
Event__SealedMail *mail_new(struct arena *arena, const char *template,
			    const struct mail_word *words, size_t n);

/* The sealed bytes, in call->arena.  UNAVAILABLE/KEYS_UNAVAILABLE without notification's key
 * (logged). */
struct status mail_seal(struct rpc_call *call, const Event__SealedMail *mail, struct str *out);
