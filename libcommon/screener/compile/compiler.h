#pragma once

/*
 * The compiler's own state, shared by the files that compile the parts of a
 * document.  Everything reports into the findings and goes on; what failed is
 * NULL or TYPE_NONE and whoever depends on it stays silent.
 */
#include <jansson.h>

#include "screener/findings.h"
#include "screener/json/tree.h"
#include "screener/program/program.h"
#include "screener/value/unary.h"

/* A typed expression before it is flattened. */
struct expr {
	enum op op;
	uint8_t sub;
	uint16_t slot;
	struct type type;
	int64_t imm;
	bool constant; /* OP_VALUE or OP_BOOL */
	struct value value;
	uint32_t n;
	struct expr **args;
};

/* Who a name stands for, and what computing it needs. */
struct name_ref {
	struct str id;
	uint16_t slot;
	struct type type;
	int32_t row_group; /* only inside this repeating group, -1 */
	int32_t item;	   /* -1: derived, score or band */
	int32_t step;	   /* node of the dependency graph */
};

/* Where a rule stands: what it may see. */
struct scope {
	int32_t row_group; /* children of this group are visible, -1 */
	bool allow_missing;
	bool row_item;	    /* the rule belongs to a child: only earlier children */
	uint32_t before;    /* with row_item: items below this index */
	int32_t step;	    /* whose dependencies these are, -1 */
	bool feeds_outcome; /* warn of items that are unknown while hidden */
};

/* The bytes of a reference table; hashed and read when the first document table asks. */
struct given_table {
	struct str bytes;
	bool is_hashed;
	uint8_t sha256[32];
	json_t *json;
};

struct edge {
	uint16_t from, to; /* from needs to */
	const char *pointer;
};

struct compiler {
	struct arena *arena;
	struct keep *keep;
	json_t *document;
	struct given_table *given_tables; /* of both runs */
	size_t n_given_tables;
	struct findings findings; /* quiet in the second run */

	struct screener program; /* pointers into keep */
	struct item *items;
	struct derived *derived;
	struct score *scores;
	struct table *tables;
	struct domain *domains;
	struct str *units;
	uint32_t n_domains, n_units;
	uint32_t n_exprs; /* compiled so far, emitted or not */

	struct name_ref *names;
	uint32_t n_names;
	uint32_t *name_index; /* open addressing, name + 1 */
	uint32_t name_mask;

	struct node *nodes;
	uint32_t n_nodes, nodes_cap;
	struct value *values;
	uint32_t n_values, values_cap;

	struct edge *edges;
	uint32_t n_edges, edges_cap;

	uint8_t *hidden_warned; /* per item */
	uint8_t *table_used;
};

/* member.c: reading JSON with findings.  "need" variants report a missing member. */
bool member_check(struct compiler *c, const struct path *at, json_t *object,
		  const char *const *allowed);
json_t *member_need(struct compiler *c, const struct path *at, json_t *object, const char *name);
bool member_string(struct compiler *c, const struct path *at, json_t *object, const char *name,
		   struct str *out);
bool member_id(struct compiler *c, const struct path *at, json_t *object, bool upper,
	       struct str *out);
bool member_bool(struct compiler *c, const struct path *at, json_t *object, const char *name);
bool member_uint(struct compiler *c, const struct path *at, json_t *object, const char *name,
		 uint32_t low, uint32_t high, uint32_t *out);
/* An array of at most max elements, or NULL when absent (required: reported). */
json_t *member_array(struct compiler *c, const struct path *at, json_t *object, const char *name,
		     size_t max, bool required);
/* One of the names (NULL at the end) as its index; -1 reported or absent. */
int member_enum(struct compiler *c, const struct path *at, json_t *object, const char *name,
		const char *const *names, bool required);
bool member_rounding(struct compiler *c, const struct path *at, json_t *object,
		     struct rounding *out);
bool member_duration(struct compiler *c, const struct path *at, json_t *object, const char *name,
		     struct screener_duration *out);
bool id_is_valid(struct str id, bool upper);
bool code_is_valid(struct str code);
/* A JSON number, exactly; reports what is not one. */
bool json_exact(struct compiler *c, const struct path *at, json_t *json, struct number *out);
/* As json_exact, or a string of digits. */
bool json_decimal(struct compiler *c, const struct path *at, json_t *json, struct number *out);
/* As json_decimal, or a string of two integers, "5/9". */
bool json_fraction(struct compiler *c, const struct path *at, json_t *json, struct number *out);

/* item.c */
void compile_items(struct compiler *c, const struct path *at);
void compile_item_rules(struct compiler *c, const struct path *at);
uint16_t domain_add(struct compiler *c, const struct option *options, uint32_t n);
/* Reports at the place when there are too many different units. */
uint16_t unit_index(struct compiler *c, const struct path *at, struct str unit);
/* open_choice.c: by which texts the options of an open choice are known. */
void compile_option_names(struct compiler *c, const struct item *item);
/* item_limit.c */
void compile_limits(struct compiler *c, const struct path *at, json_t *json, struct item *item);
/* A value of the item's type as written in the document. */
bool item_literal(struct compiler *c, const struct path *at, json_t *json, const struct item *item,
		  struct value *out);
/* state.c */
uint16_t state_domain(struct compiler *c, const struct path *at, json_t *only);

/* name.c */
bool name_add(struct compiler *c, const struct path *at, struct name_ref ref);
const struct name_ref *name_find(const struct compiler *c, struct str id);

/* expr.c: NULL when something was reported. */
struct expr *compile_expr(struct compiler *c, const struct path *at, json_t *json,
			  const struct scope *scope, int depth);
/* A rule of one kind (an integer passes for a decimal), flattened; NO_NODE when reported. */
int32_t compile_rule(struct compiler *c, const struct path *at, json_t *json,
		     const struct scope *scope, enum type_kind kind);
int32_t expr_emit(struct compiler *c, const struct path *at, const struct expr *expr);
const char *type_name(struct type type);

/* reftable.c */
void compile_tables(struct compiler *c, const struct path *at);
void compile_table_dates(struct compiler *c, const struct path *at);
int32_t table_index(const struct compiler *c, struct str name);

/* derive.c */
void compile_derived(struct compiler *c, const struct path *at);
void compile_derived_rules(struct compiler *c, const struct path *at);
/* score.c */
void compile_scores(struct compiler *c, const struct path *at);
void compile_score_inputs(struct compiler *c, const struct path *at);
/* order.c */
void dependency_add(struct compiler *c, const struct path *at, int32_t from, int32_t to);
void compile_order(struct compiler *c);
/* outcome.c */
void compile_outcomes(struct compiler *c, const struct path *at);
void compile_constraints(struct compiler *c, const struct path *at);
int32_t outcome_find(const struct compiler *c, struct str id);
/* ruleset.c */
void compile_ruleset(struct compiler *c, const struct path *at);
bool compile_rule_head(struct compiler *c, const struct path *at, json_t *json, bool last,
		       struct rule *out);
/* decision.c */
void compile_decision(struct compiler *c, const struct path *at, json_t *json);
/* cell.c */
bool compile_cell(struct compiler *c, const struct path *at, struct str text, struct type type,
		  struct unary *out);
/* text.c */
void compile_texts(struct compiler *c, const struct path *at);
