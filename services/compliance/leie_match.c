/* qsort_r is GNU's. */
#include "compliance/leie_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define BIT(column) (1u << (LEIE_##column))
/* A person or a firm: beside the columns, for rules that do not compare names. */
#define KIND  (1u << LEIE_COLUMNS)
#define NAME  (BIT(LASTNAME) | BIT(FIRSTNAME) | BIT(MIDNAME) | BIT(BUSNAME))
#define PLACE (BIT(ADDRESS) | BIT(CITY) | BIT(STATE) | BIT(ZIP))
#define ACT   (BIT(EXCLTYPE) | BIT(EXCLDATE))

struct rule {
	uint32_t same;	/* equal in both rows */
	uint32_t known; /* not empty; an NPI also has the right check digit */
	uint32_t any;	/* one of them is not empty */
	bool is_firm;	/* for firms alone */
};

/* From the strongest to the weakest: a pair found by one is not looked for by the next. */
static const struct rule rules[] = {
	/* Only what describes the record has changed: a reinstatement, a waiver, a specialty. */
	{.same = NAME | BIT(NPI) | BIT(DOB) | PLACE | ACT},
	/* One thing was corrected: the address, NPI, birth date, name, or the exclusion itself. */
	{.same = NAME | BIT(NPI) | BIT(DOB) | ACT},
	{.same = NAME | BIT(DOB) | PLACE | ACT},
	{.same = NAME | BIT(NPI) | PLACE | ACT},
	{.same = KIND | BIT(NPI) | BIT(DOB) | PLACE | ACT, .any = BIT(NPI) | BIT(DOB)},
	{.same = NAME | BIT(NPI) | BIT(DOB) | PLACE, .any = BIT(NPI) | BIT(DOB) | BIT(ADDRESS)},
	/* An identity holds, whatever else has changed. */
	{.same = KIND | BIT(NPI) | BIT(EXCLDATE), .known = BIT(NPI)},
	{.same = NAME | BIT(DOB) | BIT(EXCLDATE), .known = BIT(DOB)},
	{.same = BIT(LASTNAME) | BIT(FIRSTNAME) | BIT(DOB) | BIT(EXCLDATE),
	 .known = BIT(DOB) | BIT(LASTNAME)},
	{.same = KIND | BIT(UPIN) | BIT(EXCLDATE), .known = BIT(UPIN)},
	{.same = KIND | BIT(NPI), .known = BIT(NPI)},
	{.same = BIT(LASTNAME) | BIT(FIRSTNAME) | BIT(DOB), .known = BIT(DOB) | BIT(LASTNAME)},
	/* Several identifying columns were corrected at once. */
	{.same = NAME | ACT | BIT(STATE)},
	{.same = NAME | ACT},
	{.same = NAME | BIT(ADDRESS) | BIT(CITY), .known = BIT(ADDRESS)},
	{.same = KIND | BIT(DOB) | PLACE | ACT, .known = BIT(DOB)},
	{.same = KIND | BIT(DOB) | ACT | BIT(FIRSTNAME), .known = BIT(DOB) | BIT(FIRSTNAME)},
	{.same = KIND | BIT(DOB) | ACT | BIT(LASTNAME), .known = BIT(DOB) | BIT(LASTNAME)},
	{.same = PLACE | ACT | BIT(LASTNAME), .known = BIT(ADDRESS) | BIT(LASTNAME)},
	{.same = PLACE | ACT | BIT(FIRSTNAME), .known = BIT(ADDRESS) | BIT(FIRSTNAME)},
	{.same = KIND | PLACE | ACT, .known = BIT(ADDRESS), .is_firm = true},
};

static bool is_firm(const struct leie_row *row)
{
	return row->field[LEIE_LASTNAME].len == 0;
}

static bool applies(const struct rule *rule, const struct leie_row *row)
{
	bool any = rule->any == 0;

	if (rule->is_firm && !is_firm(row))
		return false;
	for (size_t i = 0; i < LEIE_COLUMNS; i++) {
		if (rule->known & 1u << i && row->field[i].len == 0)
			return false;
		any = any || (rule->any & 1u << i && row->field[i].len);
	}
	return any && (!(rule->known & BIT(NPI)) || leie_npi_is_valid(row->field[LEIE_NPI]));
}

static int compare(const struct rule *rule, const struct leie_row *a, const struct leie_row *b)
{
	int order = rule->same & KIND ? is_firm(a) - is_firm(b) : 0;

	for (size_t i = 0; order == 0 && i < LEIE_COLUMNS; i++)
		if (rule->same & 1u << i)
			order = str_compare(a->field[i], b->field[i]);
	return order;
}

/* By the rule's columns; of rows that it cannot tell apart, by content. */
static int in_order(const void *a, const void *b, void *rule)
{
	const struct leie_row *x = *(const struct leie_row *const *)a;
	const struct leie_row *y = *(const struct leie_row *const *)b;
	int order = compare(rule, x, y);

	return order ? order : strcmp(x->hash, y->hash);
}

/* Rows still without a partner to which the rule applies, in order. */
static size_t candidates(const struct rule *rule, const struct leie_row *rows, size_t n,
			 const bool *is_paired, const struct leie_row **out)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_paired[i] && applies(rule, &rows[i]))
			out[found++] = &rows[i];
	if (found)
		qsort_r((void *)out, found, sizeof(void *), in_order, (void *)(uintptr_t)rule);
	return found;
}

struct side {
	const struct leie_row *rows;
	size_t n;
	bool *is_paired;
	const struct leie_row **open;
};

static struct side side_of(struct arena *arena, const struct leie_row *rows, size_t n)
{
	return (struct side){rows, n, arena_calloc(arena, n + 1, sizeof(bool)),
			     arena_array_of(arena, const struct leie_row *, n + 1)};
}

/* Both sides in one order: equal heads are a pair. */
static void pair_by(const struct rule *rule, struct side *old, struct side *new, size_t *partner)
{
	size_t n_old = candidates(rule, old->rows, old->n, old->is_paired, old->open);
	size_t n_new = candidates(rule, new->rows, new->n, new->is_paired, new->open);
	size_t i = 0, k = 0;

	while (i < n_old && k < n_new) {
		int order = compare(rule, old->open[i], new->open[k]);

		if (order == 0) {
			size_t o = (size_t)(old->open[i] - old->rows);
			size_t w = (size_t)(new->open[k] - new->rows);

			partner[o] = w;
			old->is_paired[o] = new->is_paired[w] = true;
		}
		i += order <= 0;
		k += order >= 0;
	}
}

size_t *leie_pair(struct arena *arena, const struct leie_row *old, size_t n_old,
		  const struct leie_row *new, size_t n_new)
{
	struct side before = side_of(arena, old, n_old), after = side_of(arena, new, n_new);
	size_t *partner = arena_array_of(arena, size_t, n_old + 1);

	for (size_t i = 0; i < n_old; i++)
		partner[i] = LEIE_NO_PARTNER;
	if (n_old && n_new)
		for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
			pair_by(&rules[i], &before, &after, partner);
	return partner;
}
