#pragma once

/* The oracle's own Gregorian calendar: days are counted from 1970-01-01. */
#include <stdbool.h>
#include <stdint.h>

struct day {
	int year, month, day;
};

bool day_parse(const char *text, int64_t *out);
struct day day_of(int64_t days);
/* text has room for 11 bytes. */
void day_print(int64_t days, char *text);
/* Unit 'D', 'W', 'M', 'Y'. False outside of the years 1 to 9999. */
bool day_add(int64_t from, int64_t n, char unit, int64_t *out);
/* Whole units; negative when to is before from. */
int64_t day_difference(int64_t from, int64_t to, char unit);
