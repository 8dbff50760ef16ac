#include "compliance/leie.h"

#include <stdio.h>

#include "base/arena.h"
#include "crypto/hash.h"

enum column {
	LASTNAME,
	FIRSTNAME,
	MIDNAME,
	BUSNAME,
	GENERAL,
	SPECIALTY,
	UPIN,
	NPI,
	DOB,
	ADDRESS,
	CITY,
	STATE,
	ZIP,
	EXCLTYPE,
	EXCLDATE,
	REINDATE,
	WAIVERDATE,
	WVRSTATE,
};

static const char *const names[LEIE_COLUMNS] = {
	"LASTNAME", "FIRSTNAME", "MIDNAME",  "BUSNAME",	 "GENERAL",    "SPECIALTY",
	"UPIN",	    "NPI",	 "DOB",	     "ADDRESS",	 "CITY",       "STATE",
	"ZIP",	    "EXCLTYPE",	 "EXCLDATE", "REINDATE", "WAIVERDATE", "WVRSTATE"};

bool leie_is_header(const struct str *fields, size_t n)
{
	if (n != LEIE_COLUMNS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq_c(str_trim(fields[i]), names[i]))
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

static const char *date_of(struct arena *arena, uint64_t year, uint64_t month, uint64_t day)
{
	struct civil_date date = {(int32_t)year, (int)month, (int)day};

	if (!civil_is_valid(date))
		return "";
	return arena_printf(arena, "%04u%02u%02u", (unsigned)year, (unsigned)month, (unsigned)day);
}

const char *leie_date(struct arena *arena, struct str text)
{
	struct str month, day;
	uint64_t y, m, d;

	text = str_trim(text);
	if (text.len == 8 && all_digits(text)) {
		str_to_u64((struct str){text.ptr, 4}, &y);
		str_to_u64((struct str){text.ptr + 4, 2}, &m);
		str_to_u64((struct str){text.ptr + 6, 2}, &d);
		return date_of(arena, y, m, d);
	}
	month = str_take_until(&text, '/');
	day = str_take_until(&text, '/');
	if (!str_to_u64(month, &m) || !str_to_u64(day, &d) || !str_to_u64(text, &y) ||
	    (text.len != 2 && text.len != 4) || m > 12 || d > 31)
		return "";
	if (text.len == 2)
		y += y < 20 ? 2000 : 1900;
	return date_of(arena, y, m, d);
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

static struct str canonical_field(struct arena *arena, size_t column, struct str field)
{
	field = str_trim(field);
	if (column == DOB || column == EXCLDATE || column == REINDATE || column == WAIVERDATE)
		return str_of(leie_date(arena, field));
	if (column == NPI && (!all_digits(field) || str_eq_c(field, "0000000000")))
		return (struct str){"", 0};
	return field;
}

static const char *columns_json(struct arena *arena, const struct str *fields)
{
	struct strbuf json = strbuf_new(arena);

	for (size_t i = 0; i < LEIE_COLUMNS; i++) {
		strbuf_printf(&json, "%c\"%s\":", i ? ',' : '{', names[i]);
		strbuf_add_json(&json, fields[i]);
	}
	strbuf_add_char(&json, '}');
	return json.ptr;
}

/* The columns with what is known of the NPI: a wrong check digit is told, never believed. */
static const char *with_npi_check(struct arena *arena, const char *columns, struct str npi)
{
	if (npi.len == 0)
		return columns;
	return arena_printf(arena, "%.*s,\"NPI_CHECK\":\"%s\"}", (int)strlen(columns) - 1, columns,
			    leie_npi_is_valid(npi) ? "right" : "wrong");
}

static const char *person_or_business(struct arena *arena, const struct str *f)
{
	if (f[BUSNAME].len)
		return str_dup(arena, f[BUSNAME]);
	return arena_printf(arena, STR_FMT ", " STR_FMT, STR_ARG(f[LASTNAME]),
			    STR_ARG(f[FIRSTNAME]));
}

bool leie_row(struct arena *arena, const struct str *fields, size_t n, struct leie_row *out)
{
	struct str f[LEIE_COLUMNS];
	uint8_t hash[SHA256_BYTES];
	char *hex = arena_alloc(arena, 2 * SHA256_BYTES + 1);

	/* Trailing empty fields are sometimes missing. */
	if (n < EXCLDATE + 1 || n > LEIE_COLUMNS)
		return false;
	for (size_t i = 0; i < LEIE_COLUMNS; i++)
		f[i] = i < n ? canonical_field(arena, i, fields[i]) : (struct str){"", 0};
	if ((f[LASTNAME].len == 0 && f[BUSNAME].len == 0) || f[EXCLDATE].len == 0)
		return false;
	out->columns = columns_json(arena, f);
	crypto_sha256(hash, out->columns, strlen(out->columns));
	hex_encode(hex, hash, sizeof hash);
	out->hash = hex;
	out->columns = with_npi_check(arena, out->columns, f[NPI]);
	out->name = person_or_business(arena, f);
	out->state = f[STATE].len == 2 ? str_dup(arena, f[STATE]) : "";
	out->reinstated = f[REINDATE].len > 0;
	/* Truncated names differ between files: an NPI is the better key where there is one. */
	out->key = f[NPI].len ? arena_printf(arena, "npi:" STR_FMT ":" STR_FMT, STR_ARG(f[NPI]),
					     STR_ARG(f[EXCLDATE]))
			      : arena_printf(arena, "name:%s:" STR_FMT ":%s:" STR_FMT, out->name,
					     STR_ARG(f[DOB]), out->state, STR_ARG(f[EXCLDATE]));
	return true;
}
