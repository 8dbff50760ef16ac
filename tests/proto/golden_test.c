/*
 * The generator's output for golden.proto, compared byte by byte with what was
 * looked at and checked in.  Rewrites the expected files when AEGIS_GOLDEN=write.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static struct str read_file(struct arena *arena, const char *path)
{
	struct strbuf text = strbuf_new(arena);
	FILE *in = fopen(path, "r");
	char block[4096];
	size_t n;

	cr_assert(in, "%s cannot be read", path);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	return strbuf_str(&text);
}

static void write_file(const char *path, struct str text)
{
	FILE *out = fopen(path, "w");

	cr_assert(out, "%s cannot be written", path);
	cr_assert_eq(fwrite(text.ptr, 1, text.len, out), text.len);
	cr_assert_eq(fclose(out), 0);
}

/* The line in which two texts differ first, and how they go on there. */
static void show_difference(const char *name, struct str a, struct str b)
{
	size_t line = 1, start = 0, i = 0;

	for (; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		if (a.ptr[i] == '\n') {
			line++;
			start = i + 1;
		}
	cr_assert_fail("%s differs in line %zu:\n expected %.160s\n written  %.160s", name, line,
		       a.ptr + start, b.ptr + start);
}

static void compare(const char *generated, const char *expected)
{
	struct arena *arena = arena_new(SIZE_MAX);
	const char *mode = getenv("AEGIS_GOLDEN");
	const char *path = arena_printf(arena, GOLDEN "/expected/%s", expected);
	struct str written = read_file(arena, arena_printf(arena, GOLDEN_GEN "/%s", generated));

	if (mode && strcmp(mode, "write") == 0)
		write_file(path, written);
	struct str wanted = read_file(arena, path);

	if (!str_eq(wanted, written))
		show_difference(expected, wanted, written);
	arena_free(&arena);
}

Test(golden, header_declares_tables_handlers_and_stubs)
{
	compare("aegis/golden/v1/golden.aegis.h", "golden.aegis.h.txt");
}

Test(golden, tables_hold_fields_rules_and_policies)
{
	compare("aegis/golden/v1/golden.aegis.c", "golden.aegis.c.txt");
}

Test(golden, server_names_every_handler)
{
	compare("aegis/golden/v1/golden.server.c", "golden.server.c.txt");
}

Test(golden, client_has_a_stub_for_every_method)
{
	compare("aegis/golden/v1/golden.client.c", "golden.client.c.txt");
}

Test(golden, routes_have_one_entry_a_binding)
{
	compare("gateway/routes.c", "routes.c.txt");
}

Test(golden, manifest_becomes_tables)
{
	compare("gateway/manifest.c", "manifest.c.txt");
}

Test(golden, actions_have_their_publishers)
{
	compare("gateway/actions.c", "actions.c.txt");
}

Test(golden, reference_lists_the_contract)
{
	compare("gateway/reference.md", "reference.md.txt");
}

Test(golden, openapi_describes_the_contract)
{
	compare("gateway/openapi.json", "openapi.json.txt");
}
