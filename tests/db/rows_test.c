/* Rows in queries.sql: what stands for {row}, and what a row with a message must say. */
#include <criterion/criterion.h>
#include <string.h>

#include "sqlgen_run.h"

TestSuite(rows, .init = sqlgen_setup, .fini = sqlgen_teardown);

#define ROW                                                                                        \
	"-- row: r (id uuid insert, name text write, kind text update, sum int8 = a + f(b, "       \
	"','))\n\n"
#define ONE(sql) ROW "-- name: q :one\n-- row: r\n-- no-tenant\n" sql ";\n"
/* Inserts and updates take the row as an argument. */
#define WITH(sql) ROW "-- name: q :exec\n-- args: new {r}, now instant\n" sql ";\n"

/* Statements, and what the server is sent. */
static const struct {
	const char *sql;
	const char *sent;
} expanded[] = {
	{ONE("SELECT {r} FROM s.t"), "SELECT id, name, kind, a + f(b, ',') AS sum FROM s.t"},
	{ONE("SELECT {t.r} FROM s.t"),
	 "SELECT t.id, t.name, t.kind, a + f(b, ',') AS sum FROM s.t"},
	{ONE("SELECT {t.r, name = '', sum = max(1, 2)} FROM s.t"),
	 "SELECT t.id, '' AS name, t.kind, max(1, 2) AS sum FROM s.t"},
	{ONE("SELECT {r,\n\tsum = 0} FROM s.t"), "SELECT id, name, kind, 0 AS sum FROM s.t"},
	{ROW "-- row: more ({r}, also bool)\n\n-- name: q :one\n-- row: more\n-- no-tenant\n"
	     "SELECT {r}, true AS also FROM s.t;\n",
	 "SELECT id, name, kind, a + f(b, ',') AS sum, true AS also FROM s.t"},
	{WITH("INSERT INTO s.t (tenant_id, {r.columns}, at) VALUES (:tenant, {r.values}, :now)"),
	 "INSERT INTO s.t (tenant_id, id, name, at) VALUES ($1, $3, $4, $2)"},
	{WITH("UPDATE s.t SET {r.set}, at = :now WHERE tenant_id = :tenant AND id = :new.id"),
	 "UPDATE s.t SET name = $3, kind = $4, at = $2 WHERE tenant_id = $1 AND id = $5"},
};

Test(rows, stand_once_and_expand_to_their_columns)
{
	const char *dir = scratch_dir(), *output;

	for (size_t i = 0; i < sizeof expanded / sizeof *expanded; i++) {
		cr_expect_eq(generate(dir, expanded[i].sql, &output), 0, "%s\n%s", expanded[i].sql,
			     output);
		cr_assert_eq(run(arena_printf(arena, "cat %s/t/queries.c", dir), &output), 0);
		cr_expect(strstr(output, expanded[i].sent), "%s\nis not in\n%s", expanded[i].sent,
			  output);
	}
	remove_dir(dir);
}

/* Every member of the message but the last two, whatever stands behind it. */
#define ALL                                                                                        \
	"-- row: e = aegis.rows.v1.Everything (id uuid, parent_id uuid?, name text, note text?, "  \
	"colour text, small int4, wide int8, widened int4, on_off bool -> on, made_at instant, "   \
	"gone_at instant?, day date, until date?, raw bytes, digest bytes hex, "                   \
	"plain64 bytes base64, url64 bytes base64url, document json?, tags text[], ids uuid[], "   \
	"numbers int8[], times instant[], chunks bytes[], most int4?, label text?, mark text?, "

static const struct {
	const char *sql;
	const char *message;
} refused[] = {
	{ALL "template text) without (by_hand)\n", ""},
	{ALL "template text)\n",
	 "queries.sql:1: row 'e': no column fills the member 'by_hand' of "
	 "aegis.rows.v1.Everything: add one, or name the member in without ()"},
	{ALL "secret text, template text) without (by_hand)\n",
	 "aegis.rows.v1.Everything has no member 'secret': say -> and the member, or -> -"},
	{ALL "secret text -> -, template text) without (by_hand)\n", ""},
	{ALL "template text) without (by_hand, by_foot)\n", "has no member 'by_foot'"},
	{ALL "template text) without (by_hand, name)\n",
	 "member 'name' has a column and stands in without (), too"},
	{ALL "template text, other text -> name) without (by_hand)\n",
	 "'name' and 'other' both fill the member 'name'"},
	{ALL "template bytes) without (by_hand)\n",
	 "types that do not fit (bytes become text as hex"},
	{ALL "template int4) without (by_hand)\n", "types that do not fit"},
	{ALL "template text[]) without (by_hand)\n", "types that do not fit"},
	{ALL "template text hex) without (by_hand)\n", "'template' is not of type bytes"},
	{"-- row: e = aegis.rows.v1.Nothing (id uuid)\n", "the contract has no message"},
	{"-- row: e = aegis.rows.v1.Everything (small int4?)\n",
	 "'small' may be NULL, and the member 'small' cannot be absent"},
	{"-- row: e = aegis.rows.v1.Everything (colour text?)\n", "'colour' may be NULL"},
	{"-- row: e = aegis.rows.v1.Everything (small int8)\n", "types that do not fit"},
	{"-- row: e = aegis.rows.v1.Everything (most int4 write)\n",
	 "the member 'most' may be absent, and 'most' cannot be NULL"},
	{"-- row: e (id uuid) without (name)\n", "only a row with a message may say without"},
	{"-- row: e (id uuid shown)\n", "'shown' behind the type of 'id'"},
	{"-- row: e (id uuid write = a)\n", "'id': an expression can only be read"},
	{"-- row: set (id uuid)\n", "row needs a name"},
	{"-- row: e ({r})\n", "row 'r' is not listed above"},
	{ONE("SELECT {x} FROM s.t"), "queries.sql:6: {x} names no row that is listed above"},
	{ONE("SELECT {r, other = 1} FROM s.t"),
	 "'other = 1' is not: column of the row = expression"},
	{ONE("SELECT {r, sum = {r}} FROM s.t"), "{row} does not close, or stands inside another"},
	{ONE("SELECT {r FROM s.t"), "{row} does not close"},
	{ONE("SELECT {r, name = now()} FROM s.t"), "time is an argument"},
	{ROW "-- name: q :exec\nUPDATE s.t SET {r.set} WHERE tenant_id = :tenant;\n",
	 "'q' has no argument that is the row: -- args: r {r}"},
	{"-- row: r (id uuid)\n\n-- name: q :exec\n-- args: r {r}\nUPDATE s.t SET {r.set} WHERE "
	 "tenant_id = :tenant;\n",
	 "no column of row 'r' is marked for this"},
	{WITH("UPDATE s.t SET a = :new.other, at = :now WHERE tenant_id = :tenant"),
	 "':new.other' is not in args:"},
	{WITH("UPDATE s.t SET at = :now WHERE tenant_id = :tenant"), "'q' never uses :new"},
	{"-- name: q :exec\n-- args: new {r}\nUPDATE s.t SET a = :new WHERE tenant_id = :tenant;\n",
	 "'new' has type '{r}'"},
};

Test(rows, a_forgotten_member_or_column_is_refused)
{
	const char *dir = scratch_dir(), *output;

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		int status = generate(dir, refused[i].sql, &output);

		cr_expect_eq(status, refused[i].message[0] ? 1 : 0, "%s\n%s", refused[i].sql,
			     output);
		cr_expect(strstr(output, refused[i].message), "%s\nsays:\n%s", refused[i].sql,
			  output);
	}
	remove_dir(dir);
}

Test(rows, a_message_needs_the_contract)
{
	const char *dir = scratch_dir(), *output;
	const char *file = arena_printf(arena, "%s/queries.sql", dir);

	write_file(file, "-- row: e = aegis.rows.v1.Everything (id uuid)\n");
	cr_expect_eq(
		run(arena_printf(arena, "%s generate t %s queries.sql %s", AEGIS_SQLGEN, file, dir),
		    &output),
		1);
	cr_expect(strstr(output, "the contract has no message aegis.rows.v1.Everything"), "%s",
		  output);
	remove_dir(dir);
}
