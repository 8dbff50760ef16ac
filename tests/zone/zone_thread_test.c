/* Many threads ask for many zones at once; each answer is the one a single thread gets. */
#include <pthread.h>
#include <stdio.h>

#include "zone/zone.h"

#define THREADS 8
#define ROUNDS	300

static const struct {
	const char *zone, *date;
} expected[] = {
	{"America/New_York", "2026-06-30"},
	{"UTC", "2026-07-01"},
	{"Pacific/Honolulu", "2026-06-30"},
	{"Asia/Kolkata", "2026-07-01"},
};

static void *ask(void *failures)
{
	static const char when[] = "2026-07-01T03:59:59Z";
	char text[DATE_TEXT];
	date_days day;
	instant t;

	if (!instant_parse(str_of(when), &t))
		return failures;
	for (int i = 0; i < ROUNDS; i++)
		for (size_t z = 0; z < sizeof expected / sizeof *expected; z++) {
			if (is_failed(zone_date(expected[z].zone, t, &day)))
				return failures;
			date_format(text, day);
			if (!str_eq_c(str_of(text), expected[z].date))
				return failures;
		}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	int failed = 0, marker = 0;
	void *result;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, ask, &marker))
			return 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		failed += result != NULL;
	}
	if (failed)
		fprintf(stderr, "%d threads saw another date\n", failed);
	return failed != 0;
}
