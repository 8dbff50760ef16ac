#pragma once

/* Where formatted lines go; internal to the log. */
#include <stdbool.h>

#include "base/str.h"

void log_out_set_fd(int fd);
bool log_out_is_terminal(void);

/*
 * The whole line, newline and all.  While lines are gathered an urgent one goes
 * out at once, after those that wait; any other within LOG_GATHER_MS.
 */
void log_out(struct str line, bool urgent);
