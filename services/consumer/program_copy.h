#pragma once

/*
 * What program last said of a program: the row that codes are held against.  It comes
 * with the event program.changed and with every code that is issued; for codes
 * from before there were copies, program is asked once.
 */
#include <aegis/program/v1/program.aegis.h>

#include "consumer/consumer.h"

/* In an open transaction; an older state than the one that is there changes nothing. */
struct status program_copy_put(struct rpc_call *call, const Program__ProgramState *state);

/*
 * Asks program and keeps the answer; outside a transaction, in MANUAL methods.
 * NOT_FOUND/PROGRAM_NOT_FOUND, UNAVAILABLE when program cannot be reached.
 */
struct status program_copy_fetch(struct rpc_call *call, struct uuid id);

/* The copy, which is fetched when there is none; outside a transaction. */
struct status program_copy_ensure(struct rpc_call *call, struct uuid id,
				  struct q_program_copy_row **copy);

/* For the subscription to program.changed. */
struct status program_copy_on_event(struct rpc_call *call, const struct Event__Event *event);
