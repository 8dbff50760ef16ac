#pragma once

/* What the parts of the oracle share: one evaluation, and its values. */
#include "days.h"
#include "oracle.h"

enum given { ABSENT, VALID, INVALID };

/* An item outside rows, or one child in one row. */
struct cell {
	bool done;
	enum kleene shown;
	enum given given;
	struct value answer;
};

struct world {
	const struct oracle_document *doc;
	json_t *answers;
	int64_t today;
	struct cell cells[ORACLE_ITEMS];
	struct cell rows[ORACLE_ITEMS][ORACLE_ROWS];
	int row; /* in a loop, or the rule of a child: the row, else -1 */
	struct value derived[ORACLE_VALUES], scores[ORACLE_VALUES];
	bool derived_done[ORACLE_VALUES], scores_done[ORACLE_VALUES];
};

/* answer.c: an answer in JSON (NULL when absent) to an item that is no group. */
enum given read_answer(const struct oracle_item *item, json_t *answer, int64_t today,
		       struct value *out);
/* A value as the document writes it (`when_hidden`). */
struct value read_literal(const struct oracle_item *item, json_t *json);

/* item.c */
int item_find(const struct oracle_document *doc, const char *id);
/* Visibility and answer of an item, in the current row if it is a child of a repeating group. */
struct cell *item_cell(struct world *w, int item);
struct value item_value(struct world *w, int item);
/* The rows of a repeating group as rules see them: -1 when unknown. */
int group_rows(struct world *w, int group);
json_t *item_member(const struct oracle_document *doc, int item, const char *name);

/* rule.c */
struct value rule_value(struct world *w, json_t *rule);
enum kleene rule_truth(struct world *w, json_t *rule);
/* The operators of each file: false when it is none of them. */
bool logic_operator(struct world *w, const char *op, json_t *args, struct value *out);
bool compare_operator(struct world *w, const char *op, json_t *args, struct value *out);
bool number_operator(struct world *w, const char *op, json_t *args, struct value *out);
bool date_operator(struct world *w, const char *op, json_t *args, struct value *out);
bool rows_operator(struct world *w, const char *op, json_t *args, struct value *out);
struct value lookup_operator(struct world *w, json_t *args);
/* An argument by its index; an argument list of one may be written without the array. */
json_t *argument(json_t *args, size_t i);
size_t n_arguments(json_t *args);

/* score.c: derived values and scores by index; the band of a score. */
struct value derived_value(struct world *w, size_t i);
struct value score_value(struct world *w, size_t i);
struct value score_band(struct world *w, size_t i);

/* unary.c */
struct value unary_test(const char *cell, struct value input);

/* hold.c */
unsigned what_holds_back(struct world *w, const struct oracle_result *result, bool is_failed);
