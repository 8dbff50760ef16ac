#pragma once

/* The mail that brings a code: sealed for notification, readable for nobody between. */
#include "base/instant.h"
#include "svc/call.h"

struct code_mail {
	const char *to;
	const char *locale;
	const char *code; /* as it is shown */
	const char *program;
	instant expires_at;
};

/* UNAVAILABLE/KEYS_UNAVAILABLE when notification's public key is not known. */
struct status code_mail_seal(struct rpc_call *call, const struct code_mail *mail, struct str *out);
