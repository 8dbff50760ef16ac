/* What an author should know about a document, seen from how it is written. */
#include "screener/gate/advice.h"

#include "screener/eval/eval.h"

/*
 * The outcomes that some rule leads to, and not only as the last resort: the rules of several may
 * be true together.
 */
struct contest {
	const struct screener *program;
	bool takes_part[MAX_OUTCOMES];
};

static struct contest contest_of(const struct screener *p)
{
	struct contest contest = {.program = p};

	for (uint32_t i = 0; i < p->n_rules; i++)
		if (!p->rules[i].otherwise)
			contest.takes_part[p->rules[i].outcome] = true;
	return contest;
}

/*
 * When rules lead to both, is the outcome taken and the code-less one passed over?  Of two outcomes
 * that a statement turns into a code, either may win.
 */
static bool yields_to(const struct contest *contest, uint32_t outcome, uint32_t over)
{
	const struct screener *p = contest->program;

	if (outcome == over || p->outcomes[over].public.issues_code || !contest->takes_part[over] ||
	    !outcome_wins(p, outcome, over))
		return false;
	return p->outcomes[outcome].public.issues_code || !gate_leads_to_code(p, over);
}

/*
 * With several true rules a policy takes the outcome that wins.  A code that wins over an outcome
 * without one is given although a rule spoke against it.
 */
static void check_rank(struct gate *gate, const struct contest *contest, uint32_t outcome)
{
	const struct screener *p = gate->program;
	const char *member = p->hit == HIT_PRIORITY ? "id" : "severity";
	struct strbuf over = strbuf_new(gate->arena);

	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (yields_to(contest, outcome, i))
			strbuf_printf(&over, "%s\"%s\"", over.len ? ", " : "",
				      p->outcomes[i].public.id);
	if (!over.len)
		return;
	WARNING_AT(gate, AT_NAME(AT_INDEX(AT_NAME(NULL, "outcomes"), outcome), member),
		   "CODE_OUTRANKS",
		   "\"%s\", which leads to a code, wins over %s: a code is issued although a rule "
		   "leads to an outcome without one. Give the code the lower rank.",
		   p->outcomes[outcome].public.id, over.ptr);
}

static void check_ranks(struct gate *gate)
{
	const struct screener *p = gate->program;
	struct contest contest = contest_of(p);

	if (p->hit != HIT_PRIORITY && p->hit != HIT_MOST_SEVERE && p->hit != HIT_COLLECT)
		return;
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (gate_leads_to_code(p, i) && contest.takes_part[i])
			check_rank(gate, &contest, i);
}

bool gate_slot_is_read(const struct screener *p, uint32_t slot)
{
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (gate_reads_slot(&p->nodes[i]) && p->nodes[i].slot == slot)
			return true;
	return false;
}

/* Can a code be issued while this input of a score is unknown? */
static bool may_be_unknown(const struct screener *p, uint32_t slot)
{
	const struct item *item = &p->items[slot];

	if (slot >= p->n_items)
		return true;
	return !(item->required || item->safety) || (item->conditional && !item->has_hidden);
}

static void check_score(struct gate *gate, uint32_t index)
{
	const struct screener *p = gate->program;
	const struct score *score = &p->scores[index];
	uint32_t slot = slot_of_score(p, index), i = 0;

	if (score->missing == MISSING_UNKNOWN || score->max_missing == 0 ||
	    (!gate_slot_is_read(p, slot) && !gate_slot_is_read(p, slot + 1)))
		return;
	while (i < score->n_slots && !may_be_unknown(p, score->slots[i]))
		i++;
	if (i == score->n_slots)
		return;
	WARNING_AT(
		gate, AT_NAME(AT_INDEX(AT_NAME(NULL, "scores"), index), "missing"), "SCORE_GUESSED",
		"Rules read \"%s\", which puts %s in the place of up to %u unanswered questions: a "
		"code may rest on answers that nobody gave.",
		score->id.ptr, score->missing == MISSING_ZERO ? "0" : "the average of the others",
		score->max_missing);
}

/* Months and years of a date are counted from it: by whole years, or by adding to it. */
static bool counts_from(const struct screener *p, uint32_t node, enum op op, uint32_t slot)
{
	const struct node *n = &p->nodes[node], *base = n + 1;

	if (n->op != op || base->op != OP_VAR || base->slot != slot)
		return false;
	return op == OP_AGE_AT || n->sub == CALENDAR_MONTH || n->sub == CALENDAR_YEAR;
}

static bool is_counted(const struct screener *p, enum op op, uint32_t slot)
{
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (counts_from(p, i, op, slot))
			return true;
	return false;
}

static bool is_relative(const struct date_limit *limit)
{
	return limit->kind == LIMIT_TODAY && limit->n &&
	       (limit->unit == CALENDAR_MONTH || limit->unit == CALENDAR_YEAR);
}

static void check_leap_day(struct gate *gate, uint32_t i)
{
	const struct screener *p = gate->program;
	const struct limits *limits = &p->items[i].limits;

	if (!is_counted(p, OP_DATE_ADD, i) ||
	    !(is_counted(p, OP_AGE_AT, i) || is_counted(p, OP_DATE_DIFF, i) ||
	      is_relative(&limits->first) || is_relative(&limits->last)))
		return;
	finding_add_at(
		&gate->findings, gate_item_pointer(gate, i), SCREENER_WARNING, "LEAP_DAY",
		"Years from \"%s\" are counted by adding to it and by whole years as well: of "
		"29 February, \"date_add\" makes 28 February, where \"age_at\", \"date_diff\" "
		"and limits such as today-18Y count until 1 March.",
		p->items[i].id.ptr);
}

void gate_advice(struct gate *gate)
{
	const struct screener *p = gate->program;

	gate_statements(gate);
	gate_free_texts(gate);
	check_ranks(gate);
	for (uint32_t i = 0; i < p->n_scores && gate_issues_codes(p); i++)
		check_score(gate, i);
	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].value.kind == TYPE_DATE)
			check_leap_day(gate, i);
}
