#pragma once

/*
 * Rows of the OIG List of Excluded Individuals/Entities, full file or monthly
 * supplement: eighteen columns, in this order, named so.  Files pad fields with
 * blanks, write an absent NPI as 0000000000 and changed the form of birth dates
 * in April 2016; none of that is a change of the record.
 */
#include <stdbool.h>

#include "base/instant.h"
#include "base/str.h"
#include "compliance/csv.h"

struct arena;

#define LEIE_COLUMNS 18

struct leie_row {
	const char *key;     /* natural key: who and since when */
	const char *hash;    /* hex SHA-256 of the canonical columns */
	const char *columns; /* the same as a JSON object, with NPI_CHECK "right" or "wrong" */
	const char *name;    /* "POE, PETER" or the business's name */
	const char *state;   /* two letters, or "" */
	bool reinstated;     /* REINDATE is set */
};

/* Is this record the header, exactly? */
bool leie_is_header(const struct str *fields, size_t n);

/* False for a record that cannot be one: wrong number of fields, no name, no exclusion date. */
bool leie_row(struct arena *arena, const struct str *fields, size_t n, struct leie_row *out);

/*
 * YYYYMMDD, MM/DD/YYYY and MM/DD/YY (00 to 19 are of this century) as YYYYMMDD;
 * "" for anything else, all zeros included.
 */
const char *leie_date(struct arena *arena, struct str text);

/* Does the NPI's check digit hold (ISO/IEC 7812 Luhn over 80840 and the number)? */
bool leie_npi_is_valid(struct str npi);
