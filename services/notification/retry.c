#include "notification/retry.h"

#include "base/fnv1a.h"
#include "base/str.h"

#define PAUSE_FIRST SECONDS(5)
#define PAUSE_CAP   MINUTES(1)

static const instant waits[RETRY_ATTEMPTS - 1] = {
	SECONDS(5), MINUTES(5), MINUTES(30), HOURS(2), HOURS(5), HOURS(10), HOURS(10),
};

instant retry_wait(struct uuid mail, int attempt)
{
	instant wait = waits[attempt < RETRY_ATTEMPTS ? attempt - 1 : RETRY_ATTEMPTS - 2];
	uint8_t seed[17];

	memcpy(seed, mail.bytes, 16);
	seed[16] = (uint8_t)attempt;
	/* A thousandth between 800 and 1200. */
	return wait / 1000 * (instant)(800 + fnv1a_64(seed, sizeof seed) % 401);
}

instant retry_pause(int failures)
{
	instant pause = PAUSE_FIRST;

	while (failures-- > 1 && pause < PAUSE_CAP)
		pause *= 2;
	return pause < PAUSE_CAP ? pause : PAUSE_CAP;
}
