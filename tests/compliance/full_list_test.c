/* A list as long as the published one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

#include "list_world.h"

TestSuite(full_list, .init = list_world_begin, .fini = list_world_end, .timeout = 180);

#define FULL_LIST 83000

static char *full_list(struct arena *arena, const char *first)
{
	struct strbuf text = strbuf_new(arena);

	strbuf_add_c(&text, HEADER);
	strbuf_add_c(&text, first);
	for (int i = 0; i < FULL_LIST; i++)
		strbuf_printf(&text,
			      "DOE%d,JANE,M ,,IND- LIC HC SERV PRO,NURSE/NURSES AIDE,,0000000000,"
			      "19700101,1 MAIN ST,AUSTIN,TX,73301,1128b4,20160120,00000000,"
			      "00000000,\r\n",
			      i);
	return text.ptr;
}

static const Compliance__SyncSourceResponse *synced_full(const char *text, const char *what)
{
	const Compliance__SyncSourceResponse *result;
	instant begun = instant_monotonic();
	clock_t cpu = clock();

	file_server_serve(server, 200, "", text);
	result = expect_ok(sync_within(SECONDS(80)));
	printf("%d rows in %zu bytes %s in %lld ms, of which %ld ms of our own CPU\n", result->rows,
	       strlen(text), what, (long long)(instant_monotonic() - begun) / 1000,
	       (long)((clock() - cpu) * 1000 / CLOCKS_PER_SEC));
	return result;
}

Test(full_list, is_taken_and_one_change_in_it_found)
{
	struct arena *arena = arena_new(256 << 20);

	cr_assert_eq(synced_full(full_list(arena, ROE), "taken")->rows, FULL_LIST + 1);
	cr_assert_eq(synced_full(full_list(arena, ROE_MOVED), "compared")->modified, 1);
	arena_free(&arena);
}
