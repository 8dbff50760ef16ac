#pragma once

/*
 * When a program runs: from the first instant of starts_on to the last one of ends_on,
 * by the calendar of its zone.  This daemon alone turns those days into instants;
 * consumer compares them with its clock.
 */
#include "program/program.h"

struct program_period {
	const instant *begins_at; /* NULL: long ago */
	const instant *ends_at;	  /* the first instant after it, NULL: never */
};

/* INTERNAL/ZONE_UNKNOWN when the database has lost the program's zone. */
struct status program_period(struct arena *arena, const struct q_program_row *row,
			     struct program_period *out);

/*
 * FAILED_PRECONDITION/PROGRAM_ENDED when the program was ended or its last day is over,
 * PROGRAM_NOT_BEGUN before its first one; its status is not looked at otherwise.
 */
struct status program_check_period(struct rpc_call *call, const struct q_program_row *row);
struct status program_check_not_over(struct rpc_call *call, const struct q_program_row *row);

/* What consumer holds codes against; see ProgramState in the contract.  Filled in the arena. */
struct status program_state(struct arena *arena, const struct q_program_row *row, bool is_deleted,
			    Program__ProgramState *out);
