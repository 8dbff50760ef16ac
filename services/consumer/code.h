#pragma once

/*
 * Verification codes as partners use them.  Each step is one conditional UPDATE
 * by hash; a code that is unknown, foreign, used or past its time is refused in
 * the same words, and what was refused is counted in a transaction of its own.
 */
#include "consumer/consumer.h"
#include "crypto/code32.h"

/* How long a terminal may keep a code from others before it redeems. */
#define RESERVATION_TTL MINUTES(15)

/* Codes that do not exist, in ten minutes, before all codes are refused to the one who tries. */
#define GUESS_WINDOW	    MINUTES(10)
#define GUESSES_OF_KEY	    100
#define GUESSES_AT_TERMINAL 20
#define GUESSES_OF_TENANT   2000

struct code_step {
	const char *typed;
	const char *terminal_id;    /* "" when unknown */
	const char *transaction_id; /* "" when unknown */
	bool once;		    /* with idempotency */
	bool says_reserved;	    /* tell that another transaction holds the code */
	bool undoes;		    /* a roll-back */
	/* *row stays NULL when this step cannot be taken. */
	struct status (*take)(struct rpc_call *call, const struct code_step *step, struct str hash,
			      struct q_code_row **row);
	Consumer__CodeState *resp;

	/* Set on the way. */
	char code[CODE_TEXT];
	struct uuid holder;
	const char *undo_mark; /* "<holder> <transaction>", as a roll-back leaves it */
	struct q_guesses_asked *guesses;
	bool missed;
	struct str refused_hash; /* of a code that exists */
	struct uuid refused_id;
	struct uuid unknown_program; /* of a code, never heard of: nil */
};

/* A code as it stands, NULL when there is none; for steps. */
struct status code_counter_row(struct rpc_call *call, const struct code_step *step, struct str hash,
			       struct q_counter_code_row **row);
struct q_code_row *code_of_counter(struct rpc_call *call, const struct q_counter_code_row *row);

/*
 * Runs a step and fills resp.  FAILED_PRECONDITION/CODE_NOT_VALID, /CODE_RESERVED,
 * /CODE_RECALLED, /TRANSACTION_ROLLED_BACK, /ROLL_BACK_LIMIT, RESOURCE_EXHAUSTED/RATE_LIMITED
 * after too many guesses.  A transaction that asks again for what it has (redeemed, rolled
 * back) gets it again; nothing is written then.  The statements of a step refuse a code
 * after 32 transactions of it were rolled back.
 */
struct status code_run(struct rpc_call *call, struct code_step *step);
