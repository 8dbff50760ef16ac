#pragma once

/*
 * The prover in a process of its own: a solver that runs away, grows or crashes costs
 * at most a "not proven".  The process gets document, tables and goals on its
 * standard input and writes each proof as soon as it stands; at the limit it is
 * killed, and what was not written by then is not proven.
 */
#include "screener/gate/goal.h"

/* The largest memory of the solver. */
#define PROVER_MEMORY_MB 768

struct prover_process {
	struct str document; /* of the screener that is asked about, and its tables */
	const struct str *tables;
	size_t n_tables;
	int64_t limit_ms; /* until the process is killed */
	const char
		*path; /* of aegis-prover; NULL: beside this program, or where the build put it */
};

/* For screener_gate; process must live as long.  Blocks for at most limit_ms. */
struct screener_prover prover_in_process_of_its_own(struct prover_process *process);
