#pragma once

/* Codes as staff see them: everything but the code itself, which nobody has. */
#include "consumer/consumer.h"

/* The furthest that a code is extended to. */
#define EXTENSION_MAX DAYS(366)

/* The whole code, as it stands at the time of the call. */
struct status staff_code_show(struct rpc_call *call, const struct q_staff_code_row *row,
			      Consumer__Code *out);

/* NOT_FOUND/CODE_NOT_FOUND. */
struct status staff_code_find(struct rpc_call *call, struct uuid id, struct q_staff_code_row **row);
struct status staff_code_lock(struct rpc_call *call, struct uuid id, struct q_staff_code_row **row);

/* FAILED_PRECONDITION: /CODE_RECALLED, /CODE_REDEEMED, /CODE_REISSUED, /CODE_VOIDED. */
struct status staff_code_check_open(const struct q_staff_code_row *row);

/* Fills *copy for a code's program, whose state is fetched when it is unknown; outside a
 * transaction. */
struct status staff_code_program(struct rpc_call *call, struct uuid id,
				 struct q_program_copy_row **copy);

/* Says who did what to a code, and why. */
struct status emit_staff_code(struct rpc_call *call, const char *action,
			      const struct q_staff_code_row *old,
			      const struct q_staff_code_row *row, const char *reason);
