/* Rows as messages and back: a member of every type, from a row that was made here. */
#include <criterion/criterion.h>

#include "rows/fill.h"

#define UUID_1 "00000000-0000-4000-8000-000000000001"
#define UUID_2 "00000000-0000-4000-8000-000000000002"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new(1 << 20);
}

static void teardown(void)
{
	arena_free(&arena);
}

TestSuite(fill, .init = setup, .fini = teardown);

/* Without what may be NULL. */
static struct q_everything_row least(void)
{
	return (struct q_everything_row){.id = pb_uuid(UUID_1),
					 .name = "n",
					 .colour = "dark_blue",
					 .small = -3,
					 .wide = INT64_MAX,
					 .widened = INT32_MIN,
					 .on_off = true,
					 .made_at = SECONDS(-1) + 500000,
					 .day = pb_date("2024-02-29"),
					 .raw = STR("\0r"),
					 .digest = STR("\x01\xab"),
					 .plain64 = STR("\xff\xfe"),
					 .url64 = STR("\xff\xfe"),
					 .template = "t",
					 .secret = "kept"};
}

static Rows__Everything *fill(const struct q_everything_row *row)
{
	Rows__Everything *out = arena_new_of(arena, Rows__Everything);

	rows__everything__init(out);
	cr_assert(is_ok(q_everything_fill(arena, row, out)));
	return out;
}

static bool has_bytes(ProtobufCBinaryData data, struct str bytes)
{
	return str_eq(pb_str(data), bytes);
}

Test(fill, a_member_of_every_type_has_the_value_of_its_column)
{
	const struct q_everything_row row = least();
	const Rows__Everything *m = fill(&row);

	cr_expect_str_eq(m->id, UUID_1);
	cr_expect_str_eq(m->name, "n");
	cr_expect_eq(m->colour, ROWS__COLOUR__BLUE);
	cr_expect(m->small == -3 && m->wide == INT64_MAX && m->widened == INT32_MIN && m->on);
	cr_expect(m->made_at->seconds == -1 && m->made_at->nanos == 500000000);
	cr_expect_str_eq(m->day, "2024-02-29");
	cr_expect(has_bytes(m->raw, STR("\0r")));
	cr_expect_str_eq(m->digest, "01ab");
	cr_expect_str_eq(m->plain64, "//4=");
	cr_expect_str_eq(m->url64, "__4");
	cr_expect_str_eq(m->template_, "t");
	cr_expect_str_eq(m->by_hand, "");
}

Test(fill, null_is_an_empty_text_or_an_absent_member)
{
	const struct q_everything_row row = least();
	const Rows__Everything *m = fill(&row);

	cr_expect_str_eq(m->parent_id, "");
	cr_expect_str_eq(m->note, "");
	cr_expect_str_eq(m->until, "");
	cr_expect_null(m->gone_at);
	cr_expect_eq(m->document.len, 0);
	cr_expect(m->_most_case == ROWS__EVERYTHING___MOST__NOT_SET &&
		  m->_label_case == ROWS__EVERYTHING___LABEL__NOT_SET &&
		  m->_mark_case == ROWS__EVERYTHING___MARK__NOT_SET);
	cr_expect(m->n_tags == 0 && m->n_ids == 0 && m->n_numbers == 0 && m->n_times == 0 &&
		  m->n_chunks == 0);
}

Test(fill, what_may_be_null_is_there_when_it_is_not)
{
	struct q_everything_row row = least();
	const struct uuid parent = pb_uuid(UUID_2);
	const instant gone = SECONDS(7);
	const date_days until = 0;
	const int32_t most = 0;
	const Rows__Everything *m;

	row.parent_id = &parent;
	row.note = "x";
	row.gone_at = &gone;
	row.until = &until;
	row.document = STR("{}");
	row.most = &most;
	row.label = "";
	row.mark = "red";
	m = fill(&row);
	cr_expect_str_eq(m->parent_id, UUID_2);
	cr_expect_str_eq(m->note, "x");
	cr_expect_eq(m->gone_at->seconds, 7);
	cr_expect_str_eq(m->until, "1970-01-01");
	cr_expect(has_bytes(m->document, STR("{}")));
	cr_expect(m->_most_case == ROWS__EVERYTHING___MOST_MOST && m->most == 0);
	cr_expect(m->_label_case == ROWS__EVERYTHING___LABEL_LABEL && *m->label == '\0');
	cr_expect(m->_mark_case == ROWS__EVERYTHING___MARK_MARK && m->mark == ROWS__COLOUR__RED);
}

Test(fill, lists_keep_their_length_and_order)
{
	struct q_everything_row row = least();
	const struct uuid ids[] = {pb_uuid(UUID_2), pb_uuid(UUID_1)};
	const Rows__Everything *m;

	row.tags = (struct text_list){(const char *const[]){"a", "b"}, 2};
	row.ids = (struct uuid_list){ids, 2};
	row.numbers = (struct int8_list){(const int64_t[]){5, -5}, 2};
	row.times = (struct instant_list){(const instant[]){0, SECONDS(1)}, 2};
	row.chunks = (struct bytes_list){(const struct str[]){STR("q"), {}}, 2};
	m = fill(&row);
	cr_expect(m->n_tags == 2 && strcmp(m->tags[1], "b") == 0);
	cr_expect(m->n_ids == 2 && strcmp(m->ids[0], UUID_2) == 0);
	cr_expect(m->n_numbers == 2 && m->numbers[1] == -5);
	cr_expect(m->n_times == 2 && m->times[1]->seconds == 1);
	cr_expect(m->n_chunks == 2 && has_bytes(m->chunks[0], STR("q")) && !m->chunks[1].len);
}

Test(fill, a_list_of_rows_is_as_many_messages)
{
	struct q_everything_row rows[] = {least(), least()};
	Rows__Everything **list;
	size_t n;

	rows[1].name = "second";
	cr_assert(is_ok(q_everything_list(arena, rows, 2, &n, &list)));
	cr_expect_eq(n, 2);
	cr_expect_str_eq(list[0]->name, "n");
	cr_expect_str_eq(list[1]->name, "second");
}

/* Neither the first value of the enum nor any other. */
Test(fill, a_word_that_is_not_known_is_data_loss)
{
	static const char *const words[] = {"green", "", "RED", "BLUE", "dark_blue "};
	Rows__Everything *out = arena_new_of(arena, Rows__Everything), **list;
	struct q_everything_row row = least();
	struct status st;
	size_t n;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		row.colour = words[i];
		st = q_everything_fill(arena, &row, out);
		cr_expect(st.code == STATUS_DATA_LOSS && st.reason == REASON_UNKNOWN_WORD, "%s",
			  words[i]);
		cr_expect(is_failed(q_everything_list(arena, &row, 1, &n, &list)));
	}
	row.colour = "red";
	row.mark = "green";
	cr_expect_eq(q_everything_fill(arena, &row, out).code, STATUS_DATA_LOSS);
}

Test(fill, what_a_message_says_comes_back_as_the_row)
{
	struct q_everything_row row = least(), back = {};
	const struct uuid parent = pb_uuid(UUID_2);
	const int32_t most = 9;

	row.parent_id = &parent;
	row.most = &most;
	row.label = "l";
	row.mark = "dark_blue";
	row.tags = (struct text_list){(const char *const[]){"a"}, 1};
	cr_assert(is_ok(q_everything_from(arena, fill(&row), NULL, &back)));
	cr_expect(uuid_is_nil(back.id), "the handler's own");
	cr_expect(uuid_eq(*back.parent_id, parent));
	cr_expect(strcmp(back.name, "n") == 0 && !back.note && strcmp(back.template, "t") == 0);
	cr_expect_str_eq(back.colour, "dark_blue");
	cr_expect(back.small == -3 && back.wide == INT64_MAX && back.on_off);
	cr_expect(back.made_at == row.made_at && !back.gone_at);
	cr_expect(back.day == row.day && !back.until);
	cr_expect(str_eq(back.raw, row.raw));
	cr_expect(*back.most == 9 && strcmp(back.label, "l") == 0);
	cr_expect_str_eq(back.mark, "dark_blue");
	cr_expect(back.tags.n == 1 && strcmp(back.tags.items[0], "a") == 0);
}

Test(fill, a_patch_changes_what_its_mask_names)
{
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Rows__Everything *in = arena_new_of(arena, Rows__Everything);
	struct q_everything_row row = least();
	const int32_t most = 9;

	rows__everything__init(in);
	mask.paths = (char *[]){"note", "most", "label", "mark"};
	mask.n_paths = 4;
	row.note = "old";
	row.most = &most;
	row.label = "made with this";
	row.mark = "red";
	cr_assert(is_ok(q_everything_from(arena, in, &mask, &row)));
	cr_expect(!row.note && !row.most && !row.mark);
	cr_expect_str_eq(row.label, "made with this", "only an INSERT writes the label");
	cr_expect_str_eq(row.name, "n");
	cr_expect_str_eq(row.colour, "dark_blue");
}

Test(fill, a_number_without_a_word_is_refused)
{
	Rows__Everything *in = arena_new_of(arena, Rows__Everything);
	struct q_everything_row row = {};

	rows__everything__init(in);
	in->colour = (Rows__Colour)2;
	cr_expect_eq(q_everything_from(arena, in, NULL, &row).code, STATUS_INVALID_ARGUMENT);
}
