/* Outcomes and what they allow, constraints, attempts. */
#include "screener/compile/expr.h"

int32_t outcome_find(const struct compiler *c, struct str id)
{
	for (uint32_t i = 0; i < c->program.n_outcomes; i++) {
		const char *known = c->program.outcomes[i].public.id;

		if (known && str_eq_c(id, known))
			return (int32_t)i;
	}
	return -1;
}

static void compile_code(struct compiler *c, const struct path *at, json_t *json,
			 struct screener_outcome *out)
{
	static const char *const members[] = {"class", "ttl", NULL};
	struct str class;

	if (!member_check(c, at, json, members))
		return;
	out->issues_code = true;
	if (member_need(c, at, json, "class") && member_string(c, at, json, "class", &class)) {
		if (id_is_valid(class, false))
			out->code_class = keep_text(c->keep, class.ptr, class.len);
		else
			ERROR_AT(c, AT_NAME(at, "class"), "BAD_VALUE",
				 "A class is written like an id.");
	}
	if (member_need(c, at, json, "ttl"))
		member_duration(c, at, json, "ttl", &out->code_ttl);
}

static void declare_outcome(struct compiler *c, const struct path *at, json_t *json,
			    struct outcome *out)
{
	static const char *const members[] = {"id",	    "severity",	      "issue_code",
					      "resolvable", "reassess_after", NULL};
	json_t *code = json_object_get(json, "issue_code");
	uint32_t severity = 0;
	struct str id;

	out->resolved_by = out->resolves_to = -1;
	if (!member_check(c, at, json, members))
		return;
	if (member_need(c, at, json, "severity"))
		member_uint(c, at, json, "severity", 0, 100, &severity);
	out->public.severity = (int)severity;
	if (code)
		compile_code(c, AT_NAME(at, "issue_code"), code, &out->public);
	out->public.has_reassess =
		member_duration(c, at, json, "reassess_after", &out->public.reassess_after);
	if (!member_id(c, at, json, false, &id))
		return;
	if (outcome_find(c, id) >= 0)
		ERROR_AT(c, AT_NAME(at, "id"), "DUPLICATE_ID", "This outcome is already there.");
	out->public.id = keep_text(c->keep, id.ptr, id.len);
}

static bool member_ref(struct compiler *c, const struct path *at, json_t *json, const char *name,
		       struct str *out)
{
	return member_need(c, at, json, name) && member_string(c, at, json, name, out);
}

static void compile_resolution(struct compiler *c, const struct path *at, json_t *json,
			       struct outcome *out)
{
	static const char *const members[] = {"by", "to", NULL};
	const struct name_ref *ref;
	struct str by, to;

	if (!member_check(c, at, json, members) || !member_ref(c, at, json, "by", &by) ||
	    !member_ref(c, at, json, "to", &to))
		return;
	ref = name_find(c, by);
	if (!ref || ref->item < 0 || ref->row_group >= 0 ||
	    c->items[ref->item].type != SCREENER_ATTESTATION) {
		ERROR_AT(c, AT_NAME(at, "by"), "UNKNOWN_REF",
			 "\"by\" names an item of type attestation.");
		return;
	}
	out->resolves_to = outcome_find(c, to);
	if (out->resolves_to < 0) {
		ERROR_AT(c, AT_NAME(at, "to"), "UNKNOWN_REF", "There is no such outcome.");
		return;
	}
	out->resolved_by = ref->item;
	out->public.resolved_by = c->items[ref->item].id.ptr;
	out->public.resolves_to = c->program.outcomes[out->resolves_to].public.id;
	c->items[ref->item].on_resolve = true;
}

static void compile_on_unknown(struct compiler *c, const struct path *at)
{
	struct str id;
	int32_t index;

	if (!member_ref(c, at, c->document, "on_unknown", &id))
		return;
	index = outcome_find(c, id);
	if (index < 0) {
		ERROR_AT(c, AT_NAME(at, "on_unknown"), "UNKNOWN_REF", "There is no such outcome.");
		return;
	}
	c->program.on_unknown = (uint16_t)index;
	if (c->program.outcomes[index].public.issues_code)
		ERROR_AT(c, AT_NAME(at, "on_unknown"), "CODE_ON_UNKNOWN",
			 "The outcome of uncertainty may not issue a code.");
}

static void compile_attempts(struct compiler *c, const struct path *at, json_t *json)
{
	static const char *const members[] = {"max", "window", "change_after_outcome", NULL};
	static const char *const changes[] = {"new_attempt", "refuse", NULL};
	struct screener_attempts *a = &c->program.attempts;

	if (!json || !member_check(c, at, json, members))
		return;
	a->limited = true;
	if (member_need(c, at, json, "max"))
		member_uint(c, at, json, "max", 1, 100, &a->max);
	if (member_need(c, at, json, "window"))
		member_duration(c, at, json, "window", &a->window);
	a->refuse_change = member_enum(c, at, json, "change_after_outcome", changes, false) == 1;
}

void compile_outcomes(struct compiler *c, const struct path *at)
{
	json_t *array = member_array(c, at, c->document, "outcomes", MAX_OUTCOMES, true);
	size_t n = json_array_size(array);
	struct outcome *outcomes = keep_array_of(c->keep, struct outcome, n);
	const struct path *here = AT_NAME(at, "outcomes");

	c->program.outcomes = outcomes;
	for (size_t i = 0; i < n; i++) {
		declare_outcome(c, AT_INDEX(here, i), json_array_get(array, i), &outcomes[i]);
		c->program.n_outcomes++;
	}
	for (size_t i = 0; i < n; i++) {
		json_t *json = json_object_get(json_array_get(array, i), "resolvable");

		if (json)
			compile_resolution(c, AT_NAME(AT_INDEX(here, i), "resolvable"), json,
					   &outcomes[i]);
	}
	compile_on_unknown(c, at);
	compile_attempts(c, AT_NAME(at, "attempts"), json_object_get(c->document, "attempts"));
}

static void compile_constraint(struct compiler *c, const struct path *at, json_t *json,
			       struct constraint *out)
{
	static const char *const members[] = {"id", "that", "severity", "items", NULL};
	static const char *const severities[] = {"error", "warning", NULL};
	struct scope scope = {
		.row_group = -1, .step = -1, .allow_missing = true, .feeds_outcome = true};
	json_t *items = member_array(c, at, json, "items", MAX_ITEMS, false), *item;
	json_t *that;
	struct str id;
	size_t i;

	if (!member_check(c, at, json, members))
		return;
	out->is_error = member_enum(c, at, json, "severity", severities, false) != 1;
	json_array_foreach (items, i, item)
		(void)name_of(c, AT_INDEX(AT_NAME(at, "items"), i), item);
	that = member_need(c, at, json, "that");
	if (that)
		out->that = compile_rule(c, AT_NAME(at, "that"), that, &scope, TYPE_BOOL);
	if (member_id(c, at, json, true, &id))
		out->id = keep_text(c->keep, id.ptr, id.len);
}

void compile_constraints(struct compiler *c, const struct path *at)
{
	json_t *array = member_array(c, at, c->document, "constraints", MAX_CONSTRAINTS, false);
	size_t n = json_array_size(array);
	struct constraint *list = keep_array_of(c->keep, struct constraint, n);

	for (size_t i = 0; i < n; i++) {
		const struct path *here = AT_INDEX(AT_NAME(at, "constraints"), i);

		compile_constraint(c, here, json_array_get(array, i), &list[i]);
		for (size_t k = 0; list[i].id && k < i; k++)
			if (list[k].id && strcmp(list[k].id, list[i].id) == 0)
				ERROR_AT(c, AT_NAME(here, "id"), "DUPLICATE_ID",
					 "The id \"%s\" is already taken.", list[i].id);
	}
	c->program.constraints = list;
	c->program.n_constraints = (uint32_t)n;
}
