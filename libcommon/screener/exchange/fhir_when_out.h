#pragma once

/* Writing enableWhen: rules (fhir_when_out.c) become conditions (fhir_condition.c). */
#include "screener/exchange/fhir_map.h"

/* The conditions found so far. */
struct when_out {
	struct fhir_exporter *ex;
	bool all; /* all of them must hold; otherwise any */
	json_t *list;
	int steps, depth;
};

/* What a comparison is in both languages; opposite and mirrored are rules again. */
struct when_operator {
	const char *rule, *fhir, *opposite, *mirrored;
};

/* NULL when there is none of this name. */
const struct when_operator *when_operator(const char *rule);

/* The arguments of an operator; one may stand without its array. */
const json_t *when_argument(const json_t *args, size_t i);
size_t when_n_arguments(const json_t *args);
/* The id in {"var": id}, NULL for anything else. */
const char *when_var(const json_t *rule);
const json_t *when_item(const struct when_out *o, const json_t *rule);
bool when_is_type(const json_t *item, const char *type);
/* A literal back to a value, a new reference; NULL for what is none. */
json_t *when_literal(const json_t *rule);

/*
 * Each adds conditions and returns whether they say the same in FHIR.
 * A hidden question counts as when_hidden here and has no answer there; where
 * that matters they return false.
 */
bool when_put_value(struct when_out *o, const json_t *item, const struct when_operator *op,
		    const json_t *value);
bool when_put_exists(struct when_out *o, const json_t *item, bool exists);
/* FHIR's "!=": no answer, or another one. */
bool when_put_fhir_unequal(struct when_out *o, const json_t *item, const json_t *value);
/* Is this code of a multi chosen? */
bool when_put_code(struct when_out *o, const json_t *item, const json_t *code, bool negated);
