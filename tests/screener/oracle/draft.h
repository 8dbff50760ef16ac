#pragma once

/*
 * Random small documents. A draft is a document that is being written: each new item, derived
 * value or score may refer to what was written before it. The same seed gives the same document.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define DRAFT_NAMES 24

/* What a rule may refer to. type: Boolean, Integer, Decimal, dAte, teXt, Code, Set, Quantity, Rows
 */
struct draft_name {
	char id[12];
	char type;
	json_t *item;		     /* its JSON, or NULL for derived values, scores and bands */
	int low, high;		     /* of numbers: where constants are interesting */
	json_t *codes;		     /* array of codes, borrowed */
	bool hidden;		     /* may be hidden */
	bool in_band;		     /* reads "<id>.band" */
	struct draft_name *children; /* of rows */
	int n_children;
};

struct draft {
	uint64_t state;
	json_t *document, *tables;
	char (*hashes)[65];
	struct draft_name names[DRAFT_NAMES], row_names[4];
	int n_names, n_row_names, n_ids;
	bool finite;		    /* only items of which all answers can be tried */
	struct draft_name *in_rows; /* the group whose rows the rule being written loops over */
};

/* 0 .. sides - 1 */
int draft_roll(struct draft *draft, int sides);
/* true one time out of sides */
bool draft_chance(struct draft *draft, int sides);
/* A random name of one of the types, or NULL. */
const struct draft_name *draft_pick(struct draft *draft, const char *types);
struct draft_name *draft_declare(struct draft *draft, char type, const char *id, json_t *item);
void draft_id(struct draft *draft, char letter, char *id);

/* draft_item.c */
void draft_item(struct draft *draft);
/* draft_value.c */
void draft_derived(struct draft *draft);
void draft_score(struct draft *draft);
/* draft_table.c: a reference table, and a lookup in it of the type 'I' or 'D'. */
void draft_table(struct draft *draft);
json_t *draft_lookup(struct draft *draft, int depth);
/* draft_rule.c, draft_number.c: rules of at most this depth. */
json_t *draft_boolean(struct draft *draft, int depth);
json_t *draft_integer(struct draft *draft, int depth);
json_t *draft_decimal(struct draft *draft, int depth);
json_t *draft_date(struct draft *draft);
json_t *draft_constant(struct draft *draft, const struct draft_name *name);
json_t *draft_var(const struct draft_name *name);
json_t *draft_code(struct draft *draft, const struct draft_name *name);
json_t *draft_codes(struct draft *draft, const struct draft_name *name);
/* draft_deciding.c */
void draft_deciding(struct draft *draft);

struct random_document {
	json_t *document, *tables; /* owned */
};
struct random_document draft_document(uint64_t seed);
