/* aegis-sqlgen: what it writes, what it refuses, and what then does not compile. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlgen_run.h"

TestSuite(sqlgen, .init = sqlgen_setup, .fini = sqlgen_teardown);

/* Statement, and the message with its line; the file must be refused. */
static const struct {
	const char *sql;
	const char *message;
} refused[] = {
	{"SELECT 1;", "queries.sql:1: a statement without -- name: above it"},
	{"-- name: Bad :exec\nSELECT 1;", "queries.sql:1: a statement needs a lower-case name"},
	{"-- name: a :all\nSELECT 1;", "queries.sql:1: 'a' must be :one, :opt"},
	{"-- name: a :exec\n", "queries.sql:2: 'a' does not end with a semicolon"},
	{"-- name: a :exec\n-- arg: x int4\nSELECT 1;",
	 "queries.sql:2: 'arg: x int4' is none of args:"},
	{"-- name: a :exec\n-- args: x int\nSELECT :x;", "queries.sql:2: 'x' has type 'int'"},
	{"-- name: a :exec\n-- args: int text\nSELECT :int;", "'int' is not a usable name"},
	{"-- name: a :exec\n-- args: x text, x text\nSELECT :x;",
	 "queries.sql:2: 'x' is listed twice"},
	{"-- name: a :exec\n-- args: tx text\nSELECT :tx;", "an argument cannot be called tx"},
	{"-- name: a :exec\n-- args: tenant uuid\nSELECT :tenant;", "bound by the transaction"},
	{"-- name: a :exec\n-- args: x text\nSELECT 1;", "queries.sql:1: 'a' never uses :x"},
	{"-- name: a :exec\nSELECT\n:x;", "queries.sql:3: ':x' is not in args:"},
	{"-- name: a :one\nSELECT 1;", "'a' returns rows: it needs -- row:"},
	{"-- name: a :exec\n-- row: r (n int4)\nSELECT 1;", "it cannot have -- row:"},
	{"-- name: a :one\n-- row: r\nSELECT 1;", "row 'r' is not listed above"},
	{"-- name: a :one\n-- row: r (n int4)\nSELECT 1 AS n;\n\n-- name: b :one\n-- row: r (n "
	 "int8)\n"
	 "SELECT 1 AS n;",
	 "queries.sql:6: row 'r' was listed with other columns above"},
	{"-- name: a :exec\nSELECT 1;\n\n-- name: a :exec\nSELECT 2;",
	 "queries.sql:4: 'a' is already the name of the one in line 1"},
	{"-- name: a :exec\nSELECT id FROM s.t;",
	 "queries.sql:1: 'a' does not name tenant_id = :tenant"},
	{"-- name: a :exec\nUPDATE s.t SET n = 1 WHERE id = :tenant;",
	 "never says tenant_id = :tenant"},
	{"-- name: a :exec\nWITH x AS (DELETE FROM s.t WHERE true) SELECT 1 FROM s.u WHERE "
	 "tenant_id = "
	 ":tenant;",
	 ""},
	{"-- name: a :exec\nWITH gone AS (UPDATE s.t SET n = 1 WHERE tenant_id = :tenant RETURNING "
	 "1)\n"
	 "DELETE FROM s.u;",
	 "queries.sql:3: DELETE must say tenant_id = :tenant"},
	{"-- name: a :exec\n-- args: id uuid\nINSERT INTO s.t (id) VALUES (:id);", "does not name"},
	{"-- name: a :exec\n-- args: id uuid\nINSERT INTO s.t (id, by) VALUES (:id, :tenant);",
	 "INSERT must fill tenant_id from :tenant"},
	{"-- name: a :exec\n-- no-tenant\nDELETE FROM s.t WHERE tenant_id = :tenant;",
	 "says it is not a tenant's, yet binds :tenant"},
	{"-- name: a :exec\n-- no-tenant\n-- all-tenants\nDELETE FROM s.t;", "exclude each other"},
	{"-- name: a :exec\n-- read\nDELETE FROM s.t WHERE tenant_id = :tenant;",
	 "marked read, but writes"},
	{"-- name: a :exec\n-- read\nSELECT id FROM s.t WHERE tenant_id = :tenant FOR UPDATE;",
	 "marked read, but writes or locks"},
	{"-- name: a :exec\nUPDATE s.t SET at = now() WHERE tenant_id = :tenant;",
	 "queries.sql:2: 'now': time is an argument"},
	{"-- name: a :exec\nSELECT * FROM s.t WHERE tenant_id = :tenant;",
	 "list the columns instead of *"},
	{"-- name: a :exec\nSELECT t.* FROM s.t WHERE tenant_id = :tenant;", "list the columns"},
	{"-- name: a :exec\nDELETE FROM s.t WHERE tenant_id = :tenant RETURNING *;",
	 "list the columns"},
	{"-- name: a :exec\nDELETE FROM s.t -- WHERE tenant_id = :tenant\n;",
	 "comments inside a statement"},
	{"-- name: a :exec\nDELETE FROM s.t /* x */ WHERE tenant_id = :tenant;", "comments inside"},
	{"-- name: a :exec\nSELECT $1;", "arguments are :names"},
	{"-- name: a :exec\nSELECT E'\\n';", "prefixed strings"},
	{"-- name: a :exec\nSELECT 'x;", "a quote is not closed"},
	{"-- name: a :exec\nTRUNCATE s.t;", "a statement begins with SELECT"},
	{"-- name: a :exec\nSELECT set_config('app.current_tenant_id', 'x', true);",
	 "settings belong to the transaction runner"},
	{"-- name: a :exec\nSELECT : x;", "a lone colon"},
};

Test(sqlgen, refuses_with_file_line_and_reason)
{
	const char *dir = scratch_dir(), *output;

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		cr_expect_eq(generate(dir, refused[i].sql, &output), 1, "accepted: %s",
			     refused[i].sql);
		cr_expect(strstr(output, refused[i].message), "%s\nsays:\n%s", refused[i].sql,
			  output);
	}
	remove_dir(dir);
}

Test(sqlgen, reports_every_broken_statement_of_a_file)
{
	const char *dir = scratch_dir(), *output;

	cr_expect_eq(generate(dir,
			      "-- name: a :exec\nSELECT $1;\n\n-- name: b :exec\nSELECT 1;\n\n"
			      "-- name: c :one\nSELECT 1;\n",
			      &output),
		     1);
	cr_expect(strstr(output, "queries.sql:2: ") && strstr(output, "queries.sql:7: "), "%s",
		  output);
	cr_expect_not(strstr(output, "queries.sql:5: "), "%s", output);
	remove_dir(dir);
}

static const char accepted[] =
	"-- Arithmetic, casts, counts and text with quotes are no reason to refuse.\n"
	"-- name: a :one\n-- args: x int8\n-- row: r (n int8)\n"
	"SELECT count(*) * :x::int8 + 2 * 3 AS n FROM s.t WHERE tenant_id = :tenant AND b = "
	"'it''s; -- :y';\n\n"
	"-- name: up :exec\n-- args: id uuid, x text\n"
	"INSERT INTO s.t AS old (tenant_id, id, x) VALUES (:tenant, :id, :x)\n"
	"ON CONFLICT (tenant_id, id) DO UPDATE SET x = excluded.x WHERE old.x IS DISTINCT FROM "
	"excluded.x;\n\n"
	"-- name: locked :opt\n-- args: id uuid\n-- row: s (id uuid)\n"
	"SELECT id FROM s.t WHERE t.tenant_id = :tenant AND id = :id FOR NO KEY UPDATE SKIP "
	"LOCKED;\n";

Test(sqlgen, accepts_what_is_allowed_and_binds_the_tenant_first)
{
	const char *dir = scratch_dir(), *output;

	cr_assert_eq(generate(dir, accepted, &output), 0, "%s", output);
	cr_assert_eq(run(arena_printf(arena, "cat %s/t/queries.c", dir), &output), 0);
	cr_expect(strstr(output,
			 "count(*) * $2::int8 + 2 * 3 AS n FROM s.t WHERE tenant_id = $1 AND b = "
			 "'it''s; -- :y'"),
		  "%s", output);
	cr_expect(strstr(output, "VALUES ($1, $2, $3)"), "%s", output);
	remove_dir(dir);
}

/* The file of the golden test and what became of it; UPDATE_GOLDEN=1 writes anew. */
Test(sqlgen, writes_what_it_wrote_before)
{
	const char *dir = scratch_dir(), *output;
	const char *golden = arena_printf(arena, "%s/tests/db/golden", getenv("AEGIS_SOURCE"));
	const char *command =
		arena_printf(arena, "%s generate golden %s/queries.sql queries.sql %s",
			     AEGIS_SQLGEN, golden, dir);

	cr_assert_eq(run(command, &output), 0, "%s", output);
	if (getenv("UPDATE_GOLDEN"))
		cr_assert_eq(run(arena_printf(arena,
					      "for f in h c; do cp %s/golden/queries.$f "
					      "%s/queries.$f.golden; done",
					      dir, golden),
				 &output),
			     0);
	for (const char *const *name = (const char *const[]){"queries.h", "queries.c", NULL}; *name;
	     name++)
		cr_expect_eq(run(arena_printf(arena, "diff -u %s/%s.golden %s/golden/%s", golden,
					      *name, dir, *name),
				 &output),
			     0, "%s", output);
	remove_dir(dir);
}

static const char four_args[] =
	"-- name: put :exec\n-- args: a text, b text, c text, d bytes\n"
	"INSERT INTO s.t (tenant_id, a, b, c, d) VALUES (:tenant, :a, :b, :c, :d);\n";

static int compile(const char *dir, const char *call, const char **output)
{
	write_file(arena_printf(arena, "%s/use.c", dir),
		   arena_printf(arena,
				"#include \"t/queries.h\"\n\nstruct status use(struct tx *tx);\n"
				"struct status use(struct tx *tx)\n{\n\treturn %s;\n}\n",
				call));
	return run(arena_printf(arena,
				"%s -std=gnu2x -Wall -Wextra -Werror -fsyntax-only -I%s/libcommon "
				"-I%s/gen -isystem %s "
				"%s/use.c",
				AEGIS_CC, getenv("AEGIS_SOURCE"), getenv("AEGIS_BUILD"), dir, dir),
		   output);
}

Test(sqlgen, a_forgotten_doubled_or_misspelt_argument_does_not_compile, .timeout = 60)
{
	const char *dir = scratch_dir(), *output;

	cr_assert_eq(generate(dir, four_args, &output), 0, "%s", output);
	cr_expect_eq(
		compile(dir, "q_put(tx, .a = \"\", .b = \"\", .c = \"\", .d = STR(\"\"))", &output),
		0, "%s", output);
	cr_expect_eq(compile(dir,
			     "q_put(tx, .d = ((struct str){}), .c = \"\", .b = \"\", .a = \"\")",
			     &output),
		     0, "%s", output);
	cr_expect_neq(compile(dir, "q_put(tx, .a = \"\", .b = \"\", .d = STR(\"\"))", &output), 0);
	cr_expect_neq(
		compile(dir, "q_put(tx, .a = \"\", .a = \"\", .c = \"\", .d = STR(\"\"))", &output),
		0);
	cr_expect_neq(
		compile(dir, "q_put(tx, .a = \"\", .x = \"\", .c = \"\", .d = STR(\"\"))", &output),
		0);
	cr_expect_neq(
		compile(dir, "q_put(tx, .a = \"\", .b = 5, .c = \"\", .d = STR(\"\"))", &output),
		0);
	remove_dir(dir);
}

Test(sqlgen, migrations_need_numbers_of_their_own)
{
	const char *dir = scratch_dir(), *output;
	const char *embed = arena_printf(arena, "%s embed %s/out.c", AEGIS_SQLGEN, dir);

	write_file(arena_printf(arena, "%s/0001_a.sql", dir), "SELECT 1");
	write_file(arena_printf(arena, "%s/0001_b.sql", dir), "SELECT 1");
	write_file(arena_printf(arena, "%s/1_b.sql", dir), "SELECT 1");
	cr_expect_eq(run(arena_printf(arena, "%s x:%s/0001_a.sql y:%s/0001_b.sql", embed, dir, dir),
			 &output),
		     0, "%s", output);
	cr_expect_eq(run(arena_printf(arena, "%s x:%s/0001_a.sql x:%s/0001_b.sql", embed, dir, dir),
			 &output),
		     1);
	cr_expect(strstr(output, "0001_a.sql and 0001_b.sql have the same number"), "%s", output);
	cr_expect_eq(run(arena_printf(arena, "%s x:%s/1_b.sql", embed, dir), &output), 1);
	cr_expect(strstr(output, "a migration is called NNNN_name.sql"), "%s", output);
	remove_dir(dir);
}
