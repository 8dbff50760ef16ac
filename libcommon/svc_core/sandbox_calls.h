#pragma once

/* Private to the sandbox: which system calls, and with which arguments. */
#include <seccomp.h>

/* Adds the rules for a process with these needs (enum sandbox_need); 0 or a negative errno. */
int sandbox_allow_calls(scmp_filter_ctx filter, unsigned needs);
