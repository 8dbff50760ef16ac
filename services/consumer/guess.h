#pragma once

/* Guessing of codes, limited for each key, terminal and tenant. */
#include "consumer/code.h"

/* Asks how many misses there were; guess_check() of the same transaction takes the answer. */
struct status guess_ask(struct rpc_call *call, struct code_step *step);

/* RESOURCE_EXHAUSTED/RATE_LIMITED with retry_after_ms when one of the limits is reached. */
struct status guess_check(struct rpc_call *call, const struct code_step *step);

/* Counts a miss for each of them. */
struct status guess_count(struct rpc_call *call, const struct code_step *step);
