#pragma once

/* The callbacks of struct edge_handler; state is a struct gw_loop. */
#include "gateway.h"

void *gw_loop_start(void *arg, struct edge_loop *edge_loop);
void gw_loop_stop(void *arg, void *state);
void gw_loop_turn(void *state);
void gw_loop_tick(void *state, instant now);
void gw_on_done(void *state, struct edge_exchange *x);
