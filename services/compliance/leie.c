#include "compliance/leie.h"

#include <string.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "base/utf8.h"
#include "crypto/hash.h"

/* An exclusion is published up to twenty days before it takes effect. */
#define NOTICE_DAYS 30
/* Nobody younger is excluded: 14 years as a difference of two leie_days. */
#define LEAST_AGE 140000

const char *const leie_names[LEIE_COLUMNS] = {
	"LASTNAME", "FIRSTNAME", "MIDNAME",  "BUSNAME",	 "GENERAL",    "SPECIALTY",
	"UPIN",	    "NPI",	 "DOB",	     "ADDRESS",	 "CITY",       "STATE",
	"ZIP",	    "EXCLTYPE",	 "EXCLDATE", "REINDATE", "WAIVERDATE", "WVRSTATE"};

/* Windows-1252 0x80 to 0x9f; 0 where it has no character. */
static const uint16_t cp1252[32] = {0x20ac, 0,	    0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
				    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,	    0x017d, 0,
				    0,	    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
				    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,	    0x017e, 0x0178};

bool leie_is_header(const struct str *fields, size_t n)
{
	if (n != LEIE_COLUMNS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq_c(str_trim(fields[i]), leie_names[i]))
			return false;
	return true;
}

static bool all_digits(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return text.len > 0;
}

static leie_day day_of(uint64_t year, uint64_t month, uint64_t day)
{
	struct civil_date date = {(int32_t)year, (int)month, (int)day};

	return civil_is_valid(date) ? (leie_day)(year * 10000 + month * 100 + day) : 0;
}

leie_day leie_day_of(date_days date)
{
	struct civil_date civil = date_to_civil(date);

	return day_of((uint64_t)civil.year, (uint64_t)civil.month, (uint64_t)civil.day);
}

/* Is month/day of this two-digit year in the century of latest, or in the one before? */
static leie_day in_window(uint64_t year, uint64_t month, uint64_t day, leie_day latest)
{
	uint64_t century = latest / 1000000, in_century = century * 100 + year;

	if (in_century * 10000 + month * 100 + day > latest)
		in_century -= 100;
	return day_of(in_century, month, day);
}

leie_day leie_date(struct str text, leie_day latest)
{
	struct str month, day;
	uint64_t y, m, d;

	text = str_trim(text);
	if (text.len == 8 && all_digits(text)) {
		str_to_u64(text, &y);
		return day_of(y / 10000, y / 100 % 100, y % 100);
	}
	month = str_take_until(&text, '/');
	day = str_take_until(&text, '/');
	if (!str_to_u64(month, &m) || !str_to_u64(day, &d) || !str_to_u64(text, &y) ||
	    (text.len != 2 && text.len != 4) || m > 12 || d > 31)
		return 0;
	return text.len == 2 ? in_window(y, m, d, latest) : day_of(y, m, d);
}

bool leie_npi_is_valid(struct str npi)
{
	/* The prefix 80840 contributes 24 to the sum. */
	unsigned sum = 24;

	if (npi.len != 10 || !all_digits(npi))
		return false;
	for (size_t i = 0; i < 10; i++) {
		unsigned digit = (unsigned)(npi.ptr[i] - '0');

		if (i % 2 == 0)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10 == 0;
}

static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return true;
	return false;
}

/* A byte of Windows-1252 (or, is_utf8, of UTF-8) as UTF-8, control characters as blanks. */
static size_t put_byte(char *out, unsigned char byte, bool is_utf8)
{
	uint32_t c = byte;

	if (byte < ' ' || byte == 0x7f) {
		*out = ' ';
		return 1;
	}
	if (byte < 0x80 || is_utf8) {
		*out = (char)byte;
		return 1;
	}
	if (byte < 0xa0)
		c = cp1252[byte - 0x80] ? cp1252[byte - 0x80] : 0xfffd;
	return utf8_put(out, c);
}

/* UTF-8 without control characters and blanks around; what is not UTF-8 is Windows-1252. */
static struct str clean(struct arena *arena, struct str field)
{
	bool is_utf8 = utf8_is_valid(field.ptr, field.len);
	struct str out;
	char *copy;

	if (is_utf8 && !has_control(field))
		return str_trim(field);
	copy = arena_alloc(arena, field.len * 3 + 1);
	out = (struct str){copy, 0};
	for (size_t i = 0; i < field.len; i++)
		out.len += put_byte(copy + out.len, (unsigned char)field.ptr[i], is_utf8);
	return str_trim(out);
}

/* "0000000000", "00/00/00" and the like say that there is nothing. */
static bool is_nothing(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '0' && text.ptr[i] != '/' && text.ptr[i] != ' ')
			return false;
	return true;
}

/* A date that cannot be read stays as it was written: it is no date, but it is not nothing. */
static struct str canonical_date(struct arena *arena, struct str text, leie_day latest)
{
	leie_day day = leie_date(text, latest);

	if (day)
		return str_of(arena_printf(arena, "%08u", day));
	return is_nothing(text) ? (struct str){"", 0} : text;
}

static leie_day horizon(leie_day today)
{
	struct civil_date civil = {(int32_t)(today / 10000), (int)(today / 100 % 100),
				   (int)(today % 100)};

	return leie_day_of(date_from_civil(civil) + NOTICE_DAYS);
}

static bool canonical_dates(struct arena *arena, struct str *f, leie_day today)
{
	leie_day latest = horizon(today), excluded = leie_date(f[LEIE_EXCLDATE], latest);

	if (!excluded)
		return false;
	f[LEIE_EXCLDATE] = canonical_date(arena, f[LEIE_EXCLDATE], latest);
	f[LEIE_REINDATE] = canonical_date(arena, f[LEIE_REINDATE], latest);
	f[LEIE_WAIVERDATE] = canonical_date(arena, f[LEIE_WAIVERDATE], latest);
	f[LEIE_DOB] =
		canonical_date(arena, f[LEIE_DOB], excluded > LEAST_AGE ? excluded - LEAST_AGE : 0);
	return true;
}

static void add_member(struct strbuf *json, size_t column, struct str value)
{
	strbuf_add_c(json, json->len ? ",\"" : "{\"");
	strbuf_add_c(json, leie_names[column]);
	strbuf_add_c(json, "\":");
	strbuf_add_json(json, value);
}

static struct strbuf all_columns(struct arena *arena, const struct str *fields)
{
	struct strbuf json = strbuf_new(arena);

	strbuf_reserve(&json, 600);
	for (size_t i = 0; i < LEIE_COLUMNS; i++)
		add_member(&json, i, fields[i]);
	return json;
}

static const char *hash_of(struct arena *arena, const struct str *fields)
{
	char *hex = arena_alloc(arena, 2 * SHA256_BYTES + 1);
	struct arena_mark mark = arena_mark(arena);
	struct strbuf json = all_columns(arena, fields);
	uint8_t hash[SHA256_BYTES];

	strbuf_add_char(&json, '}');
	crypto_sha256(hash, json.ptr, json.len);
	arena_rewind(arena, mark);
	hex_encode(hex, hash, sizeof hash);
	return hex;
}

bool leie_row(struct arena *arena, const struct str *fields, size_t n, leie_day today,
	      struct leie_row *out)
{
	struct str *f = out->field;

	/* Trailing empty fields are sometimes missing. */
	if (n < LEIE_EXCLDATE + 1 || n > LEIE_COLUMNS)
		return false;
	for (size_t i = 0; i < LEIE_COLUMNS; i++) {
		f[i] = i < n ? clean(arena, fields[i]) : (struct str){"", 0};
		if (f[i].len > LEIE_FIELD_MAX)
			return false;
	}
	if (is_nothing(f[LEIE_NPI]))
		f[LEIE_NPI] = (struct str){"", 0};
	if ((f[LEIE_LASTNAME].len == 0 && f[LEIE_BUSNAME].len == 0) ||
	    !canonical_dates(arena, f, today))
		return false;
	out->hash = hash_of(arena, f);
	return true;
}

/* A wrong check digit is told, never believed. */
const char *leie_columns_json(struct arena *arena, const struct leie_row *row)
{
	struct strbuf json = all_columns(arena, row->field);
	struct str npi = row->field[LEIE_NPI];

	if (npi.len)
		strbuf_printf(&json, ",\"NPI_CHECK\":\"%s\"",
			      leie_npi_is_valid(npi) ? "right" : "wrong");
	strbuf_add_char(&json, '}');
	return json.ptr;
}

const char *leie_stored_json(struct arena *arena, const struct leie_row *row)
{
	struct strbuf json = strbuf_new(arena);

	strbuf_reserve(&json, 320);
	for (size_t i = 0; i < LEIE_COLUMNS; i++)
		if (row->field[i].len)
			add_member(&json, i, row->field[i]);
	strbuf_add_char(&json, '}');
	return json.ptr;
}

const char *leie_who(struct arena *arena, const struct leie_row *row)
{
	if (row->field[LEIE_BUSNAME].len)
		return str_dup(arena, row->field[LEIE_BUSNAME]);
	return arena_printf(arena, STR_FMT ", " STR_FMT, STR_ARG(row->field[LEIE_LASTNAME]),
			    STR_ARG(row->field[LEIE_FIRSTNAME]));
}

const char *leie_state(struct arena *arena, const struct leie_row *row)
{
	return row->field[LEIE_STATE].len == 2 ? str_dup(arena, row->field[LEIE_STATE]) : "";
}

bool leie_is_reinstated(const struct leie_row *row)
{
	return leie_date(row->field[LEIE_REINDATE], 0) != 0;
}

const char *leie_effective_on(struct arena *arena, const struct leie_row *row)
{
	leie_day day =
		leie_date(row->field[leie_is_reinstated(row) ? LEIE_REINDATE : LEIE_EXCLDATE], 0);

	return day ? arena_printf(arena, "%04u-%02u-%02u", day / 10000, day / 100 % 100, day % 100)
		   : "";
}
