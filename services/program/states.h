#pragma once

/* The states that a program is offered in, and the question of its screener that asks for one. */
#include "program/program.h"

/* INVALID_ARGUMENT with a field for each code that is unknown or listed twice. */
struct status states_check(struct rpc_call *call, struct text_list states);

/*
 * Adds an error to the findings of a screener when the program is offered in some
 * states only and the screener does not ask for the state.  A NULL screener asks nothing.
 */
void states_find(struct rpc_call *call, struct text_list states, const struct screener *screener,
		 struct screener_findings *findings);

/*
 * The same of the version that new sessions get; nothing when none is published.
 * FAILED_PRECONDITION/STATE_ITEM_MISSING.
 */
struct status states_check_published(struct rpc_call *call, const struct q_program_row *program);
