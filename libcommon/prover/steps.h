#pragma once

/*
 * Z3's own count of steps (not of time) for all goals of one document: the same verdict on every
 * machine.  A clock only stops what this did not.
 */
#define PROVER_STEPS 5000000
