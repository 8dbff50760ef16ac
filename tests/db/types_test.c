/* Every type there and back, as argument and as column, and as NULL. */
#include "db/schema.h"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	test_db_begin();
	make_schema("dbtest");
}

static const char *const some_texts[] = {"", "a,b", "{\"x\"}", "Käse"};

struct sample {
	const char *t;
	int32_t i4;
	int64_t i8;
	bool b;
	instant at;
	date_days d;
	struct str raw;
	struct str doc;
	struct text_list texts;
	struct uuid_list ids;
	struct uuid other;
	struct int8_list numbers;
	struct instant_list ats;
	struct bytes_list blobs;
	struct q_echo_row *row;
};

static struct status echo(struct tx *tx, void *arg)
{
	struct sample *s = arg;

	return q_echo(tx, &s->row, .t = s->t, .i4 = s->i4, .i8 = s->i8, .b = s->b, .at = s->at,
		      .d = s->d, .raw = s->raw, .doc = s->doc, .texts = s->texts, .ids = s->ids,
		      .other = s->other, .numbers = s->numbers, .ats = s->ats, .blobs = s->blobs);
}

static void expect_same_lists(const struct sample *s)
{
	cr_expect_eq(s->row->numbers.n, s->numbers.n);
	for (size_t i = 0; i < s->numbers.n; i++)
		cr_expect_eq(s->row->numbers.items[i], s->numbers.items[i]);
	cr_expect_eq(s->row->ats.n, s->ats.n);
	for (size_t i = 0; i < s->ats.n; i++)
		cr_expect_eq(s->row->ats.items[i], s->ats.items[i]);
	cr_expect_eq(s->row->blobs.n, s->blobs.n);
	for (size_t i = 0; i < s->blobs.n; i++) {
		cr_expect(str_eq(s->row->blobs.items[i], s->blobs.items[i]));
		cr_expect_eq(!s->row->blobs.items[i].ptr, !s->blobs.items[i].ptr);
	}
}

static void expect_same(const struct sample *s)
{
	cr_assert_not_null(s->row);
	cr_expect_str_eq(s->row->t, s->t);
	cr_expect_eq(s->row->i4, s->i4);
	cr_expect_eq(s->row->i8, s->i8);
	cr_expect_eq(s->row->b, s->b);
	cr_expect_eq(s->row->at, s->at);
	cr_expect_eq(s->row->d, s->d);
	cr_expect(str_eq(s->row->raw, s->raw));
	cr_expect(str_eq(s->row->doc, s->doc), STR_FMT, STR_ARG(s->row->doc));
	cr_expect(uuid_eq(s->row->other, s->other));
	cr_expect_eq(s->row->texts.n, s->texts.n);
	for (size_t i = 0; i < s->texts.n; i++)
		cr_expect_str_eq(s->row->texts.items[i], s->texts.items[i]);
	cr_expect_eq(s->row->ids.n, s->ids.n);
	for (size_t i = 0; i < s->ids.n; i++)
		cr_expect(uuid_eq(s->row->ids.items[i], s->ids.items[i]));
}

Test(types, every_type_comes_back_as_it_went)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct uuid ids[] = {uuid_v7(instant_now()), {}, uuid_v7(0)};
	const int64_t numbers[] = {0, INT64_MIN, INT64_MAX};
	const instant ats[] = {instant_now(), INSTANT_MIN, -1};
	/* Bytes may be missing inside a list; empty is something else. */
	const struct str blobs[] = {{"a\0b\xff", 4}, {}, STR("")};
	struct sample samples[] = {
		{.t = "Zoë, 'quoted' \"twice\" \\",
		 .i4 = 7,
		 .i8 = 1LL << 40,
		 .b = true,
		 .at = instant_now(),
		 .d = 20000,
		 .raw = {"a\0b\xff", 4},
		 .doc = STR("{\"a\": [1, null]}"),
		 .texts = {some_texts, 4},
		 .ids = {ids, 3},
		 .other = ids[0],
		 .numbers = {numbers, 3},
		 .ats = {ats, 3},
		 .blobs = {blobs, 3}},
		{.t = "",
		 .i4 = INT32_MIN,
		 .i8 = INT64_MIN,
		 .at = -1,
		 .d = -719162,
		 .raw = STR(""),
		 .doc = STR("null")},
		{.t = "x",
		 .i4 = INT32_MAX,
		 .i8 = INT64_MAX,
		 .at = INSTANT_MAX,
		 .d = 2932896,
		 .raw = {},
		 .doc = STR("\"s\"")},
		{.t = "x", .at = INSTANT_MIN, .doc = STR("0")},
	};

	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		expect_ok(in_tx(conn, DB_ONE, (struct uuid){}, echo, &samples[i]));
		expect_same(&samples[i]);
		expect_same_lists(&samples[i]);
	}
	db_conn_free(&conn);
}

static struct status all_null(struct tx *tx, void *arg)
{
	return q_insert_everything(
		tx, (struct q_everything_row **)arg, .id = uuid_v7(instant_now()), .t = NULL,
		.i4 = NULL, .i8 = NULL, .b = NULL, .at = NULL, .d = NULL, .raw = ((struct str){}),
		.doc = ((struct str){}), .texts = ((struct text_list){}),
		.ids = ((struct uuid_list){}), .other = NULL, .numbers = ((struct int8_list){}),
		.ats = ((struct instant_list){}), .blobs = ((struct bytes_list){}));
}

Test(types, null_stays_null)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct q_everything_row *row = NULL;

	expect_ok(in_tx(conn, DB_WRITE, a_tenant(), all_null, &row));
	cr_assert_not_null(row);
	cr_expect(!row->t && !row->i4 && !row->i8 && !row->b && !row->at && !row->d && !row->other);
	cr_expect(!row->raw.ptr && !row->doc.ptr && !row->texts.items && !row->ids.items);
	cr_expect(!row->numbers.items && !row->ats.items && !row->blobs.items);
	db_conn_free(&conn);
}

static struct status all_there(struct tx *tx, void *arg)
{
	static const int32_t i4 = -4;
	static const int64_t i8 = 8;
	static const bool b = true;
	static const instant at = 1000001;
	static const date_days d = 1;
	static const struct uuid other = {{9}};

	return q_insert_everything(
		tx, (struct q_everything_row **)arg, .id = uuid_v7(instant_now()), .t = "t",
		.i4 = &i4, .i8 = &i8, .b = &b, .at = &at, .d = &d, .raw = STR("raw"),
		.doc = STR("[]"), .texts = ((struct text_list){some_texts, 0}),
		.ids = ((struct uuid_list){&other, 1}), .other = &other,
		.numbers = ((struct int8_list){&i8, 1}), .ats = ((struct instant_list){&at, 1}),
		.blobs = ((struct bytes_list){(const struct str[]){{}}, 1}));
}

Test(types, a_nullable_value_stands_behind_a_pointer)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);
	struct q_everything_row *row = NULL;

	expect_ok(in_tx(conn, DB_WRITE, a_tenant(), all_there, &row));
	cr_assert(row && row->t && row->i4 && row->i8 && row->b && row->at && row->d && row->other);
	cr_expect(*row->i4 == -4 && *row->i8 == 8 && *row->b && *row->at == 1000001 &&
		  *row->d == 1);
	cr_expect(str_eq(row->raw, STR("raw")) && str_eq(row->doc, STR("[]")));
	cr_expect(row->texts.items && row->texts.n == 0, "an empty list is not NULL");
	cr_expect(row->numbers.items[0] == 8 && row->ats.items[0] == 1000001);
	cr_expect(row->blobs.n == 1 && !row->blobs.items[0].ptr);
	cr_expect(row->ids.n == 1 && row->other->bytes[0] == 9);
	db_conn_free(&conn);
}

static struct status bad_text(struct tx *tx, void *arg)
{
	struct sample s = {.t = "\xff", .doc = STR("0")};

	(void)arg;
	return echo(tx, &s);
}

static struct status bad_json(struct tx *tx, void *arg)
{
	struct sample s = {.t = "x", .doc = STR("{")};

	(void)arg;
	return echo(tx, &s);
}

Test(types, what_the_server_cannot_take_is_an_invalid_argument)
{
	struct db_conn *conn = test_conn("dbtest", &dbtest_queries);

	expect_status(in_tx(conn, DB_ONE, (struct uuid){}, bad_text, NULL), STATUS_INVALID_ARGUMENT,
		      "VALUE_REFUSED");
	expect_status(in_tx(conn, DB_ONE, (struct uuid){}, bad_json, NULL), STATUS_INVALID_ARGUMENT,
		      "VALUE_REFUSED");
	db_conn_free(&conn);
}
