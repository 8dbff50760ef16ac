#pragma once

/*
 * Rows of the OIG List of Excluded Individuals/Entities, full file or monthly
 * supplement: eighteen columns, in this order, named so.  Files pad fields with
 * blanks, write an absent NPI as 0000000000, are ASCII, UTF-8 or Windows-1252, and
 * changed the form of birth dates in April 2016; none of that is a change of the
 * record.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/str.h"

struct arena;

enum leie_column {
	LEIE_LASTNAME,
	LEIE_FIRSTNAME,
	LEIE_MIDNAME,
	LEIE_BUSNAME,
	LEIE_GENERAL,
	LEIE_SPECIALTY,
	LEIE_UPIN,
	LEIE_NPI,
	LEIE_DOB,
	LEIE_ADDRESS,
	LEIE_CITY,
	LEIE_STATE,
	LEIE_ZIP,
	LEIE_EXCLTYPE,
	LEIE_EXCLDATE,
	LEIE_REINDATE,
	LEIE_WAIVERDATE,
	LEIE_WVRSTATE,
	LEIE_COLUMNS,
};

/* "LASTNAME" and so on, as the header has them. */
extern const char *const leie_names[LEIE_COLUMNS];

/* The published columns are at most 30 wide; a field beyond this is damage. */
#define LEIE_FIELD_MAX 200

/* A date as the number YYYYMMDD, so that dates compare as numbers; 0 for none. */
typedef uint32_t leie_day;

struct leie_row {
	struct str field[LEIE_COLUMNS]; /* canonical */
	const char *hash;		/* hex SHA-256 of the canonical columns */
};

/* Is this record the header, exactly? */
bool leie_is_header(const struct str *fields, size_t n);

/*
 * Makes a record canonical.  today is the day on which the file was fetched: it decides
 * what a year of two digits means.  False for a record that cannot be a row: wrong number of
 * fields, a field over LEIE_FIELD_MAX, no name, no exclusion date.
 */
bool leie_row(struct arena *arena, const struct str *fields, size_t n, leie_day today,
	      struct leie_row *out);

/* The columns as a JSON object, with NPI_CHECK "right" or "wrong" where there is an NPI. */
const char *leie_columns_json(struct arena *arena, const struct leie_row *row);
/* The same as it is stored: without NPI_CHECK and empty columns. */
const char *leie_stored_json(struct arena *arena, const struct leie_row *row);

/*
 * YYYYMMDD, MM/DD/YYYY and MM/DD/YY as a number; 0 for anything else, all zeros
 * included.  A year of two digits is the latest one in which the date is not after
 * latest.
 */
leie_day leie_date(struct str text, leie_day latest);
leie_day leie_day_of(date_days date);

/* Does the NPI's check digit hold (ISO/IEC 7812 Luhn over 80840 and the number)? */
bool leie_npi_is_valid(struct str npi);

/* "POE, PETER" or the business's name. */
const char *leie_who(struct arena *arena, const struct leie_row *row);
/* Two letters, or "". */
const char *leie_state(struct arena *arena, const struct leie_row *row);
/* Is REINDATE a date? */
bool leie_is_reinstated(const struct leie_row *row);
/* From when the row is in force, YYYY-MM-DD: the reinstatement, else the exclusion. */
const char *leie_effective_on(struct arena *arena, const struct leie_row *row);
