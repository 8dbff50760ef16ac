#pragma once

/* Notes of the sample daemon, shared by its handlers, its job and its main.c. */
#include "aegis/sample/v1/sample.aegis.h"
#include "sample/fill.h"
#include "svc/svc.h"

extern const struct svc_descriptor sample_daemon;

/* Inserts a note and tells of it; ALREADY_EXISTS. */
struct status note_put(struct rpc_call *call, const char *title, const char *body,
		       Sample__Note *note);
