#include "sqlgen_run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct arena *arena;

void sqlgen_setup(void)
{
	arena = arena_new(1 << 20);
}

void sqlgen_teardown(void)
{
	arena_free(&arena);
}

const char *scratch_dir(void)
{
	char *dir = arena_strdup(arena, "/tmp/aegis-sqlgen-XXXXXX");

	cr_assert(mkdtemp(dir));
	return dir;
}

void remove_dir(const char *dir)
{
	cr_assert_eq(system(arena_printf(arena, "rm -r '%s'", dir)), 0);
}

void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	cr_assert(out && fputs(text, out) >= 0 && fclose(out) == 0);
}

int run(const char *command, const char **output)
{
	FILE *in = popen(arena_printf(arena, "%s 2>&1", command), "r");
	struct strbuf text = strbuf_new(arena);
	char block[4096];
	size_t n;

	cr_assert(in);
	strbuf_add_c(&text, "");
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	*output = text.ptr;
	return WEXITSTATUS(pclose(in));
}

int generate(const char *dir, const char *sql, const char **output)
{
	const char *file = arena_printf(arena, "%s/queries.sql", dir);

	write_file(file, sql);
	return run(arena_printf(arena, "%s generate t %s queries.sql %s messages=%s", AEGIS_SQLGEN,
				file, dir, AEGIS_MESSAGES),
		   output);
}
