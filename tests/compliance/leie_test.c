#include "compliance/leie.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "compliance/csv.h"

#define TODAY 20261130

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(64 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(leie, .init = set_up, .fini = tear_down);

static struct leie_row row_of(const char *line)
{
	struct csv_reader reader = csv_reader(arena, str_of(line));
	struct str fields[LEIE_COLUMNS];
	struct leie_row row = {};
	size_t n;

	cr_assert_eq(csv_next(&reader, fields, LEIE_COLUMNS, &n), CSV_RECORD, "%s", line);
	cr_assert(leie_row(arena, fields, n, TODAY, &row), "%s", line);
	return row;
}

#define ROW(npi, dob)                                                                              \
	"\"POE\",\"PETER\",\" \",,\"GP\",\"NURSE\",,\"" npi "\",\"" dob "\",\"1 MAIN "             \
	"ST\",\"AUSTIN\",\"TX\",\"73301\",\"1128a1\",\"20160120\",\"00000000\",\"00000000\",\r\n"

Test(leie, dates_of_every_form_are_one)
{
	cr_expect_eq(leie_date(STR("19580812"), TODAY), 19580812);
	cr_expect_eq(leie_date(STR("08/12/1958"), TODAY), 19580812);
	cr_expect_eq(leie_date(STR("08/12/58"), TODAY), 19580812);
	cr_expect_eq(leie_date(STR("00000000"), TODAY), 0);
	cr_expect_eq(leie_date(STR("20160231"), TODAY), 0);
	cr_expect_eq(leie_date(STR("13/01/1958"), TODAY), 0);
	cr_expect_eq(leie_date(STR("soon"), TODAY), 0);
}

Test(leie, a_year_of_two_digits_is_the_latest_that_the_date_may_have)
{
	cr_expect_eq(leie_date(STR("01/20/24"), TODAY), 20240120);
	cr_expect_eq(leie_date(STR("11/30/26"), TODAY), 20261130);
	cr_expect_eq(leie_date(STR("12/01/26"), TODAY), 19261201);
	cr_expect_eq(leie_date(STR("01/02/05"), TODAY), 20050102);
	cr_expect_eq(leie_date(STR("02/29/00"), TODAY), 20000229);
	cr_expect_eq(leie_date(STR("02/29/99"), TODAY), 0);
	cr_expect_eq(leie_date(STR("01/01/70"), 19991231), 19700101);
}

#define DATED(dob, excluded, reinstated)                                                           \
	"POE,PETER,,,GP,NURSE,,,\"" dob "\",1 MAIN ST,AUSTIN,TX,73301,1128a1," excluded            \
	"," reinstated ",,\r\n"

static void expect_dates(const char *line, const char *dob, const char *excluded,
			 const char *effective)
{
	struct leie_row row = row_of(line);

	cr_expect(str_eq_c(row.field[LEIE_DOB], dob), "%s: " STR_FMT, line,
		  STR_ARG(row.field[LEIE_DOB]));
	cr_expect(str_eq_c(row.field[LEIE_EXCLDATE], excluded), "%s: " STR_FMT, line,
		  STR_ARG(row.field[LEIE_EXCLDATE]));
	cr_expect_str_eq(leie_effective_on(arena, &row), effective);
}

Test(leie, no_exclusion_lies_in_the_future_and_nobody_is_excluded_as_a_child)
{
	expect_dates(DATED("01/01/70", "01/20/24", "00000000"), "19700101", "20240120",
		     "2024-01-20");
	/* Published today, in force in three weeks. */
	expect_dates(DATED("01/01/70", "12/20/26", ""), "19700101", "20261220", "2026-12-20");
	/* Twenty years old, not minus eighty; ninety-nine, not one. */
	expect_dates(DATED("03/04/95", "05/06/15", ""), "19950304", "20150506", "2015-05-06");
	expect_dates(DATED("03/04/14", "05/06/15", ""), "19140304", "20150506", "2015-05-06");
	expect_dates(DATED("19700101", "20160120", "01/20/24"), "19700101", "20160120",
		     "2024-01-20");
}

Test(leie, a_date_that_cannot_be_read_is_kept_as_it_was_written)
{
	struct leie_row row = row_of(DATED("19XX0101", "20160120", "soon"));

	cr_assert(str_eq_c(row.field[LEIE_DOB], "19XX0101"));
	cr_assert(str_eq_c(row.field[LEIE_REINDATE], "soon"));
	cr_assert_not(leie_is_reinstated(&row));
}

Test(leie, formatting_is_no_change_but_content_is)
{
	struct leie_row plain = row_of(ROW("0000000000", "19580812"));

	cr_assert_str_eq(plain.hash, row_of(ROW("0000000000", "08/12/58")).hash);
	cr_assert_str_eq(plain.hash, row_of(ROW("", "08/12/1958")).hash);
	cr_assert_str_neq(plain.hash, row_of(ROW("", "19580813")).hash);
	cr_assert_str_eq(leie_who(arena, &plain), "POE, PETER");
	cr_assert_str_eq(leie_state(arena, &plain), "TX");
	cr_assert_not(leie_is_reinstated(&plain));
}

Test(leie, text_is_utf8_whatever_the_file_was)
{
	struct leie_row latin = row_of("NU\xd1"
				       "EZ,EVA\x80,,,,,,,19700101,,,TX,,1128a1,20160120\r\n");
	struct leie_row utf8 =
		row_of("NU\xc3\x91"
		       "EZ,EVA\xe2\x82\xac,,,,,,,19700101,,,TX,,1128a1,20160120\r\n");
	struct leie_row control =
		row_of("\"NU\xc3\x91"
		       "EZ\x1a\",\"\tEVA\xe2\x82\xac\",,,,,,,19700101,,,TX,,1128a1,20160120\r\n");

	cr_assert_str_eq(latin.hash, utf8.hash);
	cr_assert_str_eq(control.hash, utf8.hash);
}

Test(leie, check_digits_of_npis)
{
	cr_assert(leie_npi_is_valid(STR("1234567893")));
	cr_assert_not(leie_npi_is_valid(STR("1234567890")));
	cr_assert_not(leie_npi_is_valid(STR("123456789")));
	cr_assert_not(leie_npi_is_valid(STR("12345678x3")));
}

Test(leie, a_record_needs_a_name_and_a_date)
{
	struct str fields[LEIE_COLUMNS] = {};
	struct leie_row row;

	cr_assert_not(leie_row(arena, fields, LEIE_COLUMNS, TODAY, &row));
	fields[0] = STR("POE");
	cr_assert_not(leie_row(arena, fields, LEIE_COLUMNS, TODAY, &row));
	fields[14] = STR("20160120");
	cr_assert(leie_row(arena, fields, LEIE_COLUMNS, TODAY, &row));
	cr_assert(leie_row(arena, fields, 15, TODAY, &row), "trailing fields may be missing");
	cr_assert_not(leie_row(arena, fields, 14, TODAY, &row));
}

static size_t read_file_rows(const char *path)
{
	struct strbuf text = strbuf_new(arena);
	struct str fields[LEIE_COLUMNS];
	struct csv_reader reader;
	char block[65536];
	size_t n, rows = 0;
	FILE *in = fopen(path, "r");

	cr_assert(in, "%s", path);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	reader = csv_reader(arena, strbuf_str(&text));
	cr_assert_eq(csv_next(&reader, fields, LEIE_COLUMNS, &n), CSV_RECORD);
	cr_assert(leie_is_header(fields, n), "%s", path);
	while (csv_next(&reader, fields, LEIE_COLUMNS, &n) == CSV_RECORD) {
		struct leie_row row;

		cr_expect(leie_row(arena, fields, n, TODAY, &row), "%s:%zu", path, reader.line);
		rows++;
	}
	cr_assert_eq(reader.rest.len, 0, "%s is read to its end", path);
	return rows;
}

Test(leie, reads_every_row_of_the_published_supplements)
{
	const char *samples = getenv("AEGIS_SAMPLES");
	const char *folder = arena_printf(arena, "%s/leie", samples ? samples : ".");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t files = 0, rows = 0;

	if (!dir) {
		printf("skipped: no %s\n", folder);
		return;
	}
	while ((entry = readdir(dir))) {
		if (!str_has_suffix(str_of(entry->d_name), ".csv"))
			continue;
		rows += read_file_rows(arena_printf(arena, "%s/%s", folder, entry->d_name));
		files++;
	}
	closedir(dir);
	printf("%zu rows of %zu supplements read\n", rows, files);
	cr_assert_gt(rows, files);
}
