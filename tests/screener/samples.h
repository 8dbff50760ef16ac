#pragma once

/* JSON files of the sample folder; a test is skipped where the folder is absent. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

static inline json_t *sample_json(const char *name)
{
	const char *root = getenv("AEGIS_SAMPLES");
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", root ? root : "", name);
	json_t *json = json_load_file(path, JSON_DECODE_ANY, NULL);

	if (!json)
		cr_skip_test("no sample %s", name);
	return json;
}
