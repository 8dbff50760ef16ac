#pragma once

/*
 * What a document compiles to: one block of memory, never written after the
 * compiler has handed it out.  Rules are trees flattened in preorder: the
 * children of node i start at i + 1, each next sibling at its `end`.
 *
 * Slots hold the values of one evaluation: one per item, derived value, score
 * and band, in this order.  Children of a repeating group have slots too; a loop
 * over rows sets them before each run of its body.
 */
#include "base/instant.h"
#include "screener/program/pattern.h"
#include "screener/program/row_sets.h"
#include "screener/screener.h"
#include "screener/value/calendar.h"
#include "screener/value/value.h"

#define MAX_DOCUMENT	((size_t)1 << 20)
#define MAX_DEPTH	64
#define MAX_ITEMS	1000
#define MAX_DERIVED	500
#define MAX_SCORES	100
#define MAX_CONSTRAINTS 500
#define MAX_OUTCOMES	100
#define MAX_TABLES	32
#define MAX_LOCALES	32
#define MAX_RULES	1000
#define MAX_TABLE_ROWS	10000
#define MAX_INPUTS	32
#define MAX_NODES	10000
#define MAX_OPERATIONS	10000
#define MAX_OPTIONS	1000
#define MAX_SET		64
#define MAX_ROWS	64
#define MAX_GROUP_DEPTH 8
#define MAX_TEXT	4000
#define DEFAULT_TEXT	1000
#define MAX_ID		64
#define MAX_TABLE_KEYS	8
#define MAX_UNITS	200
#define MAX_EXPRESSIONS (4 * MAX_NODES)
#define NO_NODE		(-1)

enum type_kind {
	TYPE_NONE,
	TYPE_BOOL,
	TYPE_INT,
	TYPE_DEC,
	TYPE_DATE,
	TYPE_TEXT,
	TYPE_CODE, /* of: domain */
	TYPE_SET,  /* of: domain */
	TYPE_QTY,  /* of: unit */
	TYPE_ROWS, /* of: item */
};

struct type {
	uint8_t kind;
	uint16_t of;
};

struct option {
	struct str code;
	bool exclusive;
	bool has_score;
	struct number score;
};

#define OPTION_NONE	 (-1)
#define OPTION_AMBIGUOUS (-2)

/* How free text of an open choice names an option. */
struct option_name {
	struct str folded;
	int32_t option; /* its index, or OPTION_AMBIGUOUS */
};

struct domain {
	const struct option *options;
	uint32_t n;
	uint64_t exclusive;		 /* of the first 64 */
	const struct option_name *names; /* of an open choice, sorted by their bytes */
	uint32_t n_names;
};

struct unit_rule {
	struct str code;
	struct number before, factor, offset; /* (answer + before) × factor + offset */
};

struct date_limit {
	enum { LIMIT_NONE, LIMIT_DATE, LIMIT_TODAY } kind;
	date_days date;
	int32_t n;
	enum calendar_unit unit;
};

struct limits {
	bool has_min, has_max, has_step;
	struct number min, max, step;
	struct date_limit first, last;
	uint32_t min_length, max_length; /* code points */
	uint32_t min_count, max_count;	 /* choices or rows */
};

struct item {
	struct str id;
	enum screener_item_type type;
	enum screener_sensitivity sensitivity;
	struct type value;
	int32_t group;	   /* enclosing item, -1 at the top */
	int32_t row_group; /* enclosing repeating group, -1 outside */
	int32_t show_if, required_if;
	bool repeats, safety, required;
	bool conditional; /* this or an enclosing group has a show_if */
	bool on_resolve;  /* asked only once an outcome that names it was decided */
	bool has_hidden;
	struct value when_hidden;
	struct limits limits;
	const struct pattern *pattern;
	struct str unit;
	const struct unit_rule *units;
	uint32_t n_units;
	uint32_t n_children; /* of a repeating group: the items that follow it */
};

struct rounding {
	bool has;
	uint8_t digits;
	enum number_rounding mode;
};

struct derived {
	struct str id;
	struct type type;
	int32_t rule;
	struct rounding rounding;
};

struct band {
	struct number low, high;
	struct str code;
	uint32_t option; /* of the score's domain: the code's index */
};

struct score {
	struct str id, band_id;
	enum { SCORE_SUM, SCORE_MEAN, SCORE_COUNT } method;
	enum { MISSING_UNKNOWN, MISSING_ZERO, MISSING_PRORATE } missing;
	uint32_t max_missing;
	struct rounding rounding;
	const uint16_t *slots;
	const struct type *types; /* of the slots */
	uint32_t n_slots;
	const struct band *bands;
	uint32_t n_bands;
	uint16_t domain; /* of the band codes */
};

struct constraint {
	const char *id;
	int32_t that;
	bool is_error;
};

struct outcome {
	struct screener_outcome public;
	int32_t resolved_by; /* item, -1 */
	int32_t resolves_to; /* outcome, -1 */
};

struct rule {
	const char *id;
	int32_t cond;
	bool otherwise;
	uint16_t outcome;
	const char *const *reasons;
	uint32_t n_reasons;
};

/* An input of the decision table, and which rows each of its values leaves. */
struct column {
	struct type type;
	int32_t input;
	const uint16_t *cells;	/* per row, equal for cells written alike; or ROW_CELL_ANY */
	struct row_column rows; /* of codes: numbers of options */
};

/* The rows are the rules. */
struct decision {
	const struct column *columns;
	uint32_t n_columns;
};

struct table_row {
	date_days from, until; /* until is excluded */
	const struct value *keys;
	const struct value *values;
};

struct table {
	struct str name;
	uint8_t sha256[32];
	int32_t as_of; /* NO_NODE: the session's date */
	bool floor;    /* of the last key */
	uint32_t n_keys, n_columns, n_rows;
	const struct str *key_names, *column_names;
	const struct type *key_types, *column_types;
	const struct table_row *rows; /* by keys, then from */
};

enum op {
	/* boolean */
	OP_BOOL,     /* imm: 0, 1 */
	OP_VAR_BOOL, /* slot */
	OP_AND,
	OP_OR,
	OP_NOT,
	OP_COMPARE,	/* sub: comparison; two numbers, dates, booleans or quantities */
	OP_COMPARE_IMM, /* sub; slot against the integer imm */
	OP_SAME_TEXT,	/* two texts or codes */
	OP_CODE_IS,	/* slot's option is imm */
	OP_CODE_IN,	/* slot's option is a bit of imm (options below 64) */
	OP_SAME_SET,
	OP_IN,	    /* first child against each other */
	OP_SET_HAS, /* code child, slot of a set */
	OP_SET_ANY, /* slot, imm: mask */
	OP_SET_ALL,
	OP_SET_NONE,
	OP_ROWS_SOME, /* slot of the group; child: body */
	OP_ROWS_ALL,
	OP_ROWS_NONE,
	OP_AT_LEAST, /* first child: integer */
	OP_STARTS_WITH,
	OP_MISSING, /* imm: item */
	/* any type */
	OP_IF,
	OP_VALUE, /* imm: constant */
	OP_VAR,	  /* slot */
	/* numbers and dates */
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_NEG,
	OP_MIN,
	OP_MAX,
	OP_ROUND, /* imm: digits, sub: mode */
	OP_PCT_OF,
	OP_TODAY,
	OP_DATE_ADD,  /* sub: unit */
	OP_DATE_DIFF, /* sub: unit */
	OP_AGE_AT,
	OP_YEAR,
	OP_MONTH,
	OP_DAY,
	OP_COUNT_TRUE,
	OP_ROWS_COUNT,
	OP_ROWS_SUM,
	OP_ROWS,
	OP_CHOSEN,
	OP_LOOKUP, /* imm: table << 32 | column; children: keys */
	OP_PCE,	   /* nine children */
};

enum comparison { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

struct node {
	uint8_t op;
	uint8_t sub;
	uint16_t slot;
	uint32_t end;
	int64_t imm;
};

enum step_kind { STEP_ITEM, STEP_DERIVED, STEP_SCORE };

struct step {
	uint16_t kind;
	uint16_t index;
};

struct screener {
	size_t size;
	uint8_t sha256[32];
	const char *slug;
	struct screener_attempts attempts;
	enum {
		HIT_FIRST,
		HIT_UNIQUE,
		HIT_ANY,
		HIT_PRIORITY,
		HIT_MOST_SEVERE,
		HIT_COLLECT,
	} hit;
	uint16_t on_unknown;
	const struct item *items;
	const struct derived *derived;
	const struct score *scores;
	const struct constraint *constraints;
	const struct outcome *outcomes;
	const struct rule *rules;
	const struct decision *decision; /* NULL: rules have conditions */
	const struct table *tables;
	const struct domain *domains;
	const struct node *nodes;
	const struct value *values; /* constants */
	const struct step *steps;   /* in an order in which each sees what it needs */
	const uint16_t *required;   /* items outside rows that are or may be required */
	const uint16_t *safety;	    /* safety items outside rows */
	const uint16_t *row_groups; /* repeating groups */
	const uint16_t *ids;	    /* open addressing, item + 1; mask n_ids - 1 */
	uint32_t n_items, n_derived, n_scores, n_constraints, n_outcomes, n_rules, n_tables;
	uint32_t n_domains, n_nodes, n_values, n_steps, n_required, n_safety, n_row_groups, n_ids;
	uint32_t n_slots;
};

static inline uint16_t slot_of_derived(const struct screener *s, uint32_t i)
{
	return (uint16_t)(s->n_items + i);
}

static inline uint16_t slot_of_score(const struct screener *s, uint32_t i)
{
	return (uint16_t)(s->n_items + s->n_derived + 2 * i);
}

/* The index of the item with this id, or -1. */
int32_t program_find_item(const struct screener *screener, struct str id);

/* <0, 0, >0: the order of the first n keys, in which the rows of a table stand. */
int table_keys_compare(const struct table *table, const struct value *a, const struct value *b,
		       uint32_t n);

/* What the answers of one person are to the engine. */
struct problem {
	int32_t item; /* -1: unknown_item names it */
	int32_t row;
	const char *code;
	struct str unknown_item;
};

struct screener_answers {
	const struct screener *screener;
	date_days today;
	struct value *slots; /* of items only */
	uint8_t *given;	     /* enum given, per item */
	struct problem *problems;
	uint32_t n_problems;
};
