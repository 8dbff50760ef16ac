#pragma once

/* When a mail is tried again. */
#include "base/instant.h"
#include "base/uuid.h"

/* At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h: 27 hours and a half in all. */
#define RETRY_ATTEMPTS 8

/* A mail whose server does not answer, or refuses the account, is kept for this long. */
#define RETRY_GIVE_UP DAYS(5)

/*
 * The wait after the attempt-th attempt failed (1 to RETRY_ATTEMPTS - 1), up to a fifth
 * shorter or longer so that what failed together does not come again together.  The same
 * for the same mail and attempt.
 */
instant retry_wait(struct uuid mail, int attempt);

/* How long all mails wait after the server failed so many times in a row: 5 s to a minute. */
instant retry_pause(int failures);
