#pragma once

#include "base/status.h"

struct arena;

/* aegisctl user confirm ADDRESS [--db CONNINFO] [--secrets DIR] */
int ctl_user(int argc, char **argv);

/*
 * Confirms the address of an account, as following the mailed link would; *is_new says
 * whether that changed anything.  address as of auth_operator_address().  Blocks.
 * NOT_FOUND/USER_NOT_FOUND, FAILED_PRECONDITION/REGISTRATION_PENDING, the statuses of
 * auth_operator_connect() and of the database.
 */
struct status user_confirm(struct arena *arena, const char *conninfo, const char *secrets_dir,
			   const char *address, bool *is_new);
