#pragma once

/*
 * Auth's public keys as one loop knows them: fetched at the start, every minute,
 * and at once – but at most every unknown_key_ms – when a token names a key that
 * is not known.
 */
#include "call.h"

/* Fetches when it is time. */
void gw_keys_tick(struct gw_loop *loop, instant monotonic_now);

/*
 * Parks the call until fresh keys are there and then calls gw_authenticate()
 * again; false when they were fetched too recently to have changed.
 */
bool gw_keys_wait(struct gw_call *call);

/* Answers the calls that wait: the loop ends. */
void gw_keys_stop(struct gw_loop *loop);
