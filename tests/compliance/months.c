#include "months.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "list_world.h"

/* --- random months ------------------------------------------------------------- */

#define MAX_PEOPLE 24
#define N_FIELDS   18

struct random {
	uint32_t state;
};

static uint32_t below(struct random *random, uint32_t n)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 17;
	random->state ^= random->state << 5;
	return random->state % n;
}

/* What a column may hold, "|" between; values that are rare are written once, others twice. */
static const char *const choices[N_FIELDS] = {
	"ADAMS|ADAMS|BAKER|CLARK|",
	"ANN|ANN|BEN|",
	"||A|B",
	"|||CARE INC|CITY PHARMACY",
	"PHARMACY|PHARMACY|DENTIST",
	"||NURSE",
	"||||B12345",
	"|||1234567893|1245319599|1234567890",
	"||19600101|19610202",
	"1 MAIN ST|1 MAIN ST|2 B ST|",
	"AUSTIN|AUSTIN|DALLAS",
	"TX|TX|NV",
	"73301|73301|75201",
	"1128a1|1128a1|1128b4",
	"20200120|20200120|20210120",
	"|||20260101",
	"",
	"",
};

static const char *choose(struct random *random, struct arena *arena, size_t column)
{
	struct str rest = str_of(choices[column]), word = {"", 0};
	uint32_t n = 1, wanted;

	for (const char *c = choices[column]; *c; c++)
		n += *c == '|';
	wanted = below(random, n);
	for (uint32_t i = 0; i <= wanted; i++)
		word = str_take_until(&rest, '|');
	return str_dup(arena, word);
}

struct person {
	const char *field[N_FIELDS];
};

static struct person a_person(struct random *random, struct arena *arena)
{
	struct person person;

	for (size_t i = 0; i < N_FIELDS; i++)
		person.field[i] = choose(random, arena, i);
	/* Nobody is without a name. */
	if (!*person.field[0] && !*person.field[3])
		person.field[0] = "DOE";
	return person;
}

static const char *as_file(struct arena *arena, const struct person *people, size_t n)
{
	struct strbuf text = strbuf_new(arena);

	strbuf_add_c(&text, HEADER);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < N_FIELDS; c++)
			strbuf_printf(&text, "%s%s", people[i].field[c],
				      c + 1 < N_FIELDS ? "," : "\r\n");
	return text.ptr;
}

static struct person edited(struct random *random, struct arena *arena, struct person person)
{
	struct person other = a_person(random, arena);

	for (uint32_t edits = 1 + below(random, 3); edits; edits--) {
		size_t column = below(random, 16);

		person.field[column] = other.field[column];
	}
	if (!*person.field[0] && !*person.field[3])
		person.field[0] = other.field[0];
	return *person.field[0] || *person.field[3] ? person : other;
}

struct months random_months(struct arena *arena, uint32_t seed)
{
	struct random random = {seed * 2654435761u + 1};
	struct person old[MAX_PEOPLE], new[3 * MAX_PEOPLE];
	size_t n_old = 4 + below(&random, MAX_PEOPLE - 3), n_new = 0;

	for (size_t i = 0; i < n_old; i++) {
		uint32_t fate = below(&random, 10);

		old[i] = a_person(&random, arena);
		if (fate < 6)
			new[n_new++] = old[i];
		else if (fate < 8)
			new[n_new++] = edited(&random, arena, old[i]);
		if (fate == 0)
			new[n_new++] = old[i];
	}
	for (uint32_t more = below(&random, 5); more; more--)
		new[n_new++] = a_person(&random, arena);
	return (struct months){as_file(arena, old, n_old), as_file(arena, new, n_new)};
}

/* --- the slow count ---------------------------------------------------------------- */

static bool same(const struct leie_row *a, const struct leie_row *b, enum leie_column column)
{
	return a->field[column].len == b->field[column].len &&
	       memcmp(a->field[column].ptr, b->field[column].ptr, a->field[column].len) == 0;
}

static bool known(const struct leie_row *row, enum leie_column column)
{
	return row->field[column].len > 0;
}

#define SAME(column)  same(a, b, LEIE_##column)
#define KNOWN(column) known(a, LEIE_##column)

static bool is_firm_too(const struct leie_row *a, const struct leie_row *b)
{
	return KNOWN(LASTNAME) == known(b, LEIE_LASTNAME);
}

static bool same_name(const struct leie_row *a, const struct leie_row *b)
{
	return SAME(LASTNAME) && SAME(FIRSTNAME) && SAME(MIDNAME) && SAME(BUSNAME);
}

static bool same_place(const struct leie_row *a, const struct leie_row *b)
{
	return SAME(ADDRESS) && SAME(CITY) && SAME(STATE) && SAME(ZIP);
}

static bool same_act(const struct leie_row *a, const struct leie_row *b)
{
	return SAME(EXCLTYPE) && SAME(EXCLDATE);
}

static bool good_npi(const struct leie_row *a, const struct leie_row *b)
{
	return SAME(NPI) && leie_npi_is_valid(a->field[LEIE_NPI]);
}

#define N_RULES 21

/* README.md, "What is the same row", sentence by sentence. */
static bool says_so(int rule, const struct leie_row *a, const struct leie_row *b)
{
	bool name = same_name(a, b), place = same_place(a, b), act = same_act(a, b);
	bool kind = is_firm_too(a, b), npi = SAME(NPI), dob = SAME(DOB);
	bool person = SAME(LASTNAME) && SAME(FIRSTNAME) && KNOWN(LASTNAME) && dob && KNOWN(DOB);
	const bool rules[N_RULES] = {
		name && npi && dob && place && act,
		name && npi && dob && act,
		name && dob && place && act,
		name && npi && place && act,
		kind && npi && dob && place && act && (KNOWN(NPI) || KNOWN(DOB)),
		name && npi && dob && place && (KNOWN(NPI) || KNOWN(DOB) || KNOWN(ADDRESS)),
		kind && good_npi(a, b) && SAME(EXCLDATE),
		name && dob && KNOWN(DOB) && SAME(EXCLDATE),
		person && SAME(EXCLDATE),
		kind && SAME(UPIN) && KNOWN(UPIN) && SAME(EXCLDATE),
		kind && good_npi(a, b),
		person,
		name && act && SAME(STATE),
		name && act,
		name && SAME(ADDRESS) && KNOWN(ADDRESS) && SAME(CITY),
		kind && dob && KNOWN(DOB) && place && act,
		kind && dob && KNOWN(DOB) && act && SAME(FIRSTNAME) && KNOWN(FIRSTNAME),
		kind && dob && KNOWN(DOB) && act && SAME(LASTNAME) && KNOWN(LASTNAME),
		place && KNOWN(ADDRESS) && act && SAME(LASTNAME) && KNOWN(LASTNAME),
		place && KNOWN(ADDRESS) && act && SAME(FIRSTNAME) && KNOWN(FIRSTNAME),
		kind && !KNOWN(LASTNAME) && place && KNOWN(ADDRESS) && act,
	};

	return rules[rule];
}

/* Rows that are on both sides as they are count as each other's partners. */
static void match_equal(const struct leie_list *old, const struct leie_list *new, size_t *partner,
			bool *taken)
{
	for (size_t i = 0; i < old->n; i++) {
		partner[i] = SIZE_MAX;
		for (size_t k = 0; k < new->n; k++) {
			bool equal = true;

			for (int c = 0; c < LEIE_COLUMNS; c++)
				equal = equal &&
					same(&old->rows[i], &new->rows[k], (enum leie_column)c);
			if (equal) {
				partner[i] = k;
				taken[k] = true;
			}
		}
	}
}

static size_t match_by(int rule, const struct leie_list *old, const struct leie_list *new,
		       size_t *partner, bool *taken)
{
	size_t found = 0;

	for (size_t i = 0; i < old->n; i++)
		for (size_t k = 0; k < new->n &&partner[i] == SIZE_MAX; k++)
			if (!taken[k] && says_so(rule, &old->rows[i], &new->rows[k])) {
				partner[i] = k;
				taken[k] = true;
				found++;
			}
	return found;
}

struct tally slow_count(const struct leie_list *old, const struct leie_list *new, size_t *partner)
{
	bool *taken = calloc(new->n + 1, sizeof *taken);
	struct tally tally = {};

	if (!taken)
		abort();
	match_equal(old, new, partner, taken);
	for (int rule = 0; rule < N_RULES; rule++)
		tally.changed += match_by(rule, old, new, partner, taken);
	for (size_t i = 0; i < old->n; i++)
		tally.removed += partner[i] == SIZE_MAX;
	for (size_t k = 0; k < new->n; k++)
		tally.added += !taken[k];
	free(taken);
	return tally;
}

size_t slow_distinct(const char *text)
{
	const char *first = strchr(text, '\n') + 1;
	size_t n = 0;

	for (const char *line = first; *line; line = strchr(line, '\n') + 1) {
		size_t len = (size_t)(strchr(line, '\n') - line) + 1;
		bool seen = false;

		for (const char *other = first; other < line; other = strchr(other, '\n') + 1)
			seen = seen || strncmp(line, other, len) == 0;
		n += !seen;
	}
	return n;
}
