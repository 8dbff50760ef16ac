#pragma once

/*
 * One document said in logic.  A value is known or unknown (and then perhaps failed,
 * with a cause), as in the engine; its content is a term that matters only where
 * it is known.  Every function says of a model exactly what the engine computes, or
 * leaves a term free: there may be models that no answers have, never answers
 * without a model.
 */
#include "prover/logic.h"
#include "prover/prover.h"
#include "screener/eval/eval.h"

/* Kleene's three: t and f exclude each other; cause only where neither. */
struct tri {
	term t, f, cause;
};

/*
 * An exact number with what is known of it without the solver: where it lies, and the largest
 * denominator it can have (1: of sort int, else real).  decimal: the denominator divides den.
 */
struct num {
	term t;
	bool real, decimal;
	wide lo, hi, den;
	/* When n_of, it equals one of these (few). */
	const struct number *of;
	uint32_t n_of;
};

struct sym {
	term known, cause;
	enum type_kind kind; /* INT, DEC and QTY are all numbers: n */
	uint16_t domain;     /* of a code or set */
	term b;
	struct num n;
	term y, m, d;	 /* of a date */
	term code;	 /* the option's index; -1: free text */
	term text;	 /* of a text its number; of a code that of its free text (NULL: closed) */
	term full;	 /* of a code computed by an "if": the number of its text */
	bool is_literal; /* literal is the text */
	struct str literal;
	term *bits; /* per option */
	struct sym_rows *rows;
};

struct sym_rows {
	uint32_t group, n, n_children; /* n rows are said one by one ... */
	bool more;		       /* ... and further ones may be anything */
	term count;
	struct sym *cells; /* [row * n_children + child] */
	term *valid, *invalid;
	struct tri *shown;
};

struct prefix {
	term text;
	struct str prefix;
	term holds;
	uint32_t checked; /* texts up to here are told apart */
};

/* What was said before of the same terms: so that equal expressions are equal values. */
struct memo {
	int op;
	term a, b, c;
	uint64_t extra;
	term out[4];
};

struct quotient {
	term q, a, b; /* reals */
};

struct free_text {
	uint32_t item;
	term given, text;
	uint32_t checked; /* texts up to here are excluded where the item does not allow them */
};

struct encoder {
	struct logic l;
	const struct screener *p;
	struct arena *arena;
	struct sym today;
	struct sym *slots;
	struct sym *answers;   /* per item: what was answered */
	term *valid, *invalid; /* per item, outside rows */
	struct tri *shown;
	struct tri *rules, *constraints;
	struct terms failed, over;
	struct terms decimals; /* answers that may have any number of places */
	term fails, over_limit, held, held_by_constraint;
	bool may_exceed; /* the limit of operations in loops */
	uint32_t row_budget;
	uint32_t n_remainders; /* wanted so far */
	struct str *texts;
	uint32_t n_texts, texts_cap;
	struct free_text *free_texts;
	uint32_t n_free_texts, free_texts_cap;
	struct prefix *prefixes;
	uint32_t n_prefixes, prefixes_cap;
	struct memo_place {
		struct memo *memo;
	} * memos;
	uint32_t n_memos, memos_cap;
	struct quotient *quotients;
	uint32_t n_quotients, quotients_cap;
	unsigned places;	      /* decimal places of the constants */
	term *decided;		      /* per outcome: by the rules, before a resolution */
	term *any_true, *any_unknown; /* per outcome: a rule that leads to it */
	term *no_true_before;	      /* per rule */
	term *no_true_from;	      /* per rule, itself included; only where hits are unique */
};

/* One element more at the end of a list in the arena. */
#define LIST_ADD(e, list, n, cap)                                                                  \
	((list) = (n) < (cap) ? (list)                                                             \
			      : arena_grow((e)->arena, (list), (cap) * sizeof *(list),             \
					   ((cap) ? (cap)*2 : 16) * sizeof *(list)),               \
	 (cap) = (n) < (cap) ? (cap)                                                               \
		 : (cap)     ? (cap)*2                                                             \
			     : 16,                                                                     \
	 &(list)[(n)++])

/* encode.c: everything, in the order of an evaluation. */
bool encode(struct encoder *e, const struct screener *p, struct arena *arena);
/* goal.c: the formula of a goal; and that a rule is true. */
term goal_term(struct encoder *e, const struct screener_goal *goal);

/* truth.c, value.c */
struct tri encode_truth(struct encoder *e, uint32_t node);
struct sym encode_value(struct encoder *e, uint32_t node, enum type_kind wanted);
enum type_kind kind_of_node(const struct encoder *e, uint32_t node);
/* rows.c */
struct tri encode_row_truth(struct encoder *e, const struct node *node, uint32_t body);
struct sym encode_row_value(struct encoder *e, const struct node *node, uint32_t body);
void prune_rows(struct encoder *e, uint32_t group);
void enter_row(struct encoder *e, const struct sym_rows *rows, uint32_t row);
term row_exists(struct encoder *e, const struct sym_rows *rows, uint32_t row);
/* False unless the document can exceed the limit of operations; then free, and noted. */
term limit_hit(struct encoder *e);
void find_row_costs(struct encoder *e);

/* tri.c */
struct tri tri_of(struct encoder *e, term known, term b, term cause);
struct tri tri_constant(struct encoder *e, bool b);
struct tri tri_not(struct tri a);
term tri_known(struct encoder *e, struct tri a);
struct tri tri_if(struct encoder *e, struct tri when, struct tri a, struct tri b);
struct tri tri_limit(struct encoder *e, struct tri a, term limit);
struct sym sym_known(struct encoder *e, enum type_kind kind);
struct sym sym_constant(struct encoder *e, const struct value *v, struct type type);
/* The content of a where the condition holds, else that of b. */
struct sym sym_choose(struct encoder *e, term when, const struct sym *a, const struct sym *b);
struct sym sym_of_tri(struct encoder *e, struct tri t);
struct tri sym_truth(struct encoder *e, const struct sym *s);
struct sym sym_of_num(struct encoder *e, struct num n);

/* num.c */
struct num num_constant(struct encoder *e, struct number n);
struct num num_whole(struct encoder *e, term t, wide lo, wide hi);
term num_real(struct encoder *e, const struct num *n);
struct num num_choose(struct encoder *e, term when, const struct num *a, const struct num *b);
/* One of these; the term is the caller's to set. */
struct num num_among(struct encoder *e, const struct number *list, uint32_t n);
/* *overflow: the result does not fit, so it is none. */
struct num num_add(struct encoder *e, const struct num *a, const struct num *b, bool minus,
		   term *overflow);
struct num num_multiply(struct encoder *e, const struct num *a, const struct num *b,
			term *overflow);
struct num num_divide(struct encoder *e, const struct num *a, const struct num *b, term *overflow);
struct num num_modulo(struct encoder *e, const struct num *a, const struct num *b);
struct num num_rounded(struct encoder *e, const struct num *a, unsigned digits,
		       enum number_rounding mode, term *overflow);
term num_compare(struct encoder *e, const struct num *a, const struct num *b, enum comparison how);
term num_is(struct encoder *e, const struct num *a, struct number n);
bool num_is_constant(const struct encoder *e, const struct num *a, struct number *out);

/* memo.c */
struct memo *memo_find(struct encoder *e, int op, term a, term b, term c, uint64_t extra,
		       bool *found);
uint32_t text_number(struct encoder *e, struct str text);
term text_of(struct encoder *e, const struct sym *s);
term text_same(struct encoder *e, const struct sym *a, const struct sym *b);
term text_starts(struct encoder *e, const struct sym *s, struct str prefix);
/* Read as an answer of an item that takes free text: is this one, and no option's code? */
bool text_allowed(const struct encoder *e, uint32_t item, struct str text);
/* Says of every text seen what the items that take free text allow. */
void settle_texts(struct encoder *e);

/* dates.c */
struct sym date_free(struct encoder *e);
struct sym date_constant(struct encoder *e, date_days days);
term date_compare(struct encoder *e, const struct sym *a, const struct sym *b, enum comparison how);
term date_code(struct encoder *e, const struct sym *s);
struct sym date_plus(struct encoder *e, const struct sym *date, const struct num *n,
		     enum calendar_unit unit, term *overflow);
struct num date_difference(struct encoder *e, const struct sym *from, const struct sym *to,
			   enum calendar_unit unit);

/* lookup.c, score.c, table.c */
struct sym encode_lookup(struct encoder *e, uint32_t node);
struct sym encode_pce(struct encoder *e, uint32_t node);
void encode_score(struct encoder *e, uint32_t index);
void encode_decision(struct encoder *e);
/* given.c */
struct sym answer_free(struct encoder *e, uint32_t item, term *valid, term *invalid);
/* That decimals have few places: one more than the document's constants. */
void nice_decimals(struct encoder *e, struct terms *out);
struct sym when_not_shown(struct encoder *e, uint32_t item, struct tri shown,
			  const struct sym *given);
/* hold.c, decide.c */
void encode_hold(struct encoder *e);
void encode_policy(struct encoder *e);
term outcome_reached(struct encoder *e, uint32_t outcome);
/* The rules decide for a code, perhaps by a resolution. */
term code_decided(struct encoder *e);

/* model.c: the answers of a model as JSON; NULL when one of them cannot be written. */
const char *model_answers(struct encoder *e, Z3_model model, struct arena *arena);
bool model_date(struct encoder *e, Z3_model model, const struct sym *date, date_days *out);
