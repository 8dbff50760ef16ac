#include "consumer/problem.h"

#include "svc/kit/pb.h"

/* FORMAT.md "Items" lists the codes; a code that is not here has the last sentence. */
static const struct {
	const char *code, *message;
} sentences[] = {
	{"REQUIRED", "must be answered"},
	{"PENDING",
	 "must be answered; it is asked once the questions that it depends on are answered"},
	{"UNKNOWN_ITEM", "the screener has no such question"},
	{"TYPE", "has another type than the question takes"},
	{"RANGE_MIN", "is below what the question takes"},
	{"RANGE_MAX", "is above what the question takes"},
	{"STEP", "is not a multiple of the question's step"},
	{"LENGTH_MIN", "is shorter than the question takes"},
	{"LENGTH_MAX", "is longer than the question takes"},
	{"PATTERN", "does not have the form that the question asks for"},
	{"OPTION", "is none of the question's options"},
	{"EXCLUSIVE", "chooses an option that excludes all others together with another"},
	{"CHOICES_MIN", "chooses fewer options than the question asks for"},
	{"CHOICES_MAX", "chooses more options than the question takes"},
	{"DATE", "is not a date of the form YYYY-MM-DD"},
	{"UNIT", "has a unit that the question does not take"},
	{"ROWS_MIN", "has fewer rows than the question asks for"},
	{"ROWS_MAX", "has more rows than the question takes"},
	{"PRECISION", "has more digits than can be kept"},
	{"DUPLICATE", "is given twice"},
	{NULL, "does not fit the question"},
};

static const char *sentence(const char *code)
{
	size_t i = 0;

	while (sentences[i].code && strcmp(sentences[i].code, code) != 0)
		i++;
	return sentences[i].message;
}

/* The id of the repeating group that an item is a child of. */
static const char *group_of(const struct screener *screener, const char *id)
{
	for (size_t i = 0; i < screener_n_items(screener); i++) {
		struct screener_item_info item = screener_item(screener, i);

		if (strcmp(item.id, id) == 0 && item.group >= 0)
			return screener_item(screener, (size_t)item.group).id;
	}
	return "";
}

/* In the request's body: "answers.age", "answers.household[0].member_age". */
static const char *path(struct arena *arena, const struct screener *screener,
			const struct screener_problem *problem)
{
	if (problem->row < 0)
		return arena_printf(arena, "answers.%.64s", problem->item);
	return arena_printf(arena, "answers.%s[%d].%s", group_of(screener, problem->item),
			    problem->row, problem->item);
}

bool problem_is_unknown(const struct screener_problem *problem)
{
	return strcmp(problem->code, "UNKNOWN_ITEM") == 0;
}

void problem_add_field(struct rpc_call *call, const struct screener *screener,
		       const struct screener_problem *problem)
{
	(void)call_field_error(call, path(call->arena, screener, problem), problem->code,
			       sentence(problem->code));
}

void problems_to_proto(struct arena *arena, const struct screener *screener,
		       const struct screener_result *result, Consumer__Session *out)
{
	size_t n = result->n_problems < PROBLEMS_MAX ? result->n_problems : PROBLEMS_MAX;

	out->n_problems = n;
	out->problems = pb_array(arena, &consumer__answer_problem__descriptor, n);
	for (size_t i = 0; i < n; i++) {
		out->problems[i]->field = path(arena, screener, &result->problems[i]);
		out->problems[i]->reason = result->problems[i].code;
		out->problems[i]->message = sentence(result->problems[i].code);
	}
}
