#pragma once

/* Shared by the files that compile operators (op_*.c); see compiler.h. */
#include "screener/compile/compiler.h"

struct rule_operator;

/* One operator applied in a rule. */
struct call {
	struct compiler *c;
	const struct path *at; /* of the argument list */
	const struct scope *scope;
	int depth;
	json_t *args; /* the list, or the single argument itself */
	size_t n;
	const struct rule_operator *op;
};

struct rule_operator {
	const char *name;
	struct expr *(*build)(const struct call *call);
	size_t least, most;
	enum op code;
	uint8_t sub;
};

/* Each ends with a row without a name. */
extern const struct rule_operator op_logic[];
extern const struct rule_operator op_compare[];
extern const struct rule_operator op_number[];
extern const struct rule_operator op_date[];
extern const struct rule_operator op_rows[];

json_t *call_json(const struct call *call, size_t i);
/* Place of argument i; the path lives as long as the enclosing block. */
#define CALL_AT(call, i) (json_is_array((call)->args) ? AT_INDEX((call)->at, (i)) : (call)->at)
struct expr *call_arg(const struct call *call, size_t i);
/* All arguments from first on, each passing for the kind; NULL when one is not. */
bool call_args(const struct call *call, size_t first, enum type_kind kind, struct expr **out);

struct expr *expr_new(struct compiler *c, enum op op, struct type type, uint32_t n);
struct expr *expr_constant(struct compiler *c, struct type type, struct value value);
bool expr_is_number(const struct expr *e);
/* Does e pass for the kind (an integer for a decimal)?  Reports when not. */
bool expr_need(struct compiler *c, const struct path *at, const struct expr *e,
	       enum type_kind kind);
/* Makes a literal text the code of an option when other is a code. */
bool expr_coerce(struct compiler *c, const struct path *at, struct expr *e, struct type target);
/* The type two expressions have in common; both may be coerced.  False: reported. */
bool expr_unify(struct compiler *c, const struct path *at, struct expr *a, struct expr *b,
		struct type *out);
/* The name a rule means, by "id" or {"var": "id"}; reports what does not exist. */
const struct name_ref *name_of(struct compiler *c, const struct path *at, json_t *json);
/* Notes the use of a name: visibility of rows, dependency, warning. */
bool name_use(struct compiler *c, const struct path *at, const struct name_ref *ref,
	      const struct scope *scope);

#define TYPE(kind_) ((struct type){.kind = (kind_)})
