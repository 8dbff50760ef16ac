/* The engine and the oracle evaluate the same answers. */
#include <stdlib.h>
#include <string.h>

#include "days.h"
#include "trial.h"

char *trial_dump(struct trial *trial, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
	char *kept = arena_strdup(trial->arena, text);

	free(text);
	return kept;
}

void trial_difference(struct trial *trial, const char *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_printf(&trial->report, "%s: %s\n", kind, arena_vprintf(trial->arena, fmt, ap));
	va_end(ap);
	if (!trial->kind)
		trial->kind = kind;
}

static const char *said(struct trial *trial, const char *outcome, bool decided, unsigned held,
			const char *from)
{
	return arena_printf(trial->arena, "%s (%s, held %#x, resolved from %s)", outcome,
			    decided ? "decided" : "undecided", held, from ? from : "nothing");
}

static bool same_truths(const struct screener_rule_result *engine, size_t n,
			const enum kleene *oracle)
{
	for (size_t i = 0; i < n; i++)
		if ((int)engine[i].truth != (int)oracle[i])
			return false;
	return true;
}

static const char *truths(struct trial *trial, const struct screener_rule_result *engine, size_t n,
			  const enum kleene *oracle)
{
	static const char letters[] = "FTU";
	struct strbuf buf = strbuf_new(trial->arena);

	for (size_t i = 0; i < n; i++)
		strbuf_printf(&buf, " %s:%c/%c", engine[i].id, letters[engine[i].truth],
			      letters[oracle[i]]);
	return buf.len ? buf.ptr : "";
}

/* What the engine writes of a value, and the oracle's. */
static bool is_written(const char *text, size_t len, struct value v)
{
	char bare[64];
	struct fraction n;
	int64_t day;

	if (!v.known || len >= sizeof bare)
		return !v.known && strcmp(text, "null") == 0;
	snprintf(bare, sizeof bare, "%.*s", (int)(*text == '"' ? len - 2 : len),
		 *text == '"' ? text + 1 : text);
	switch (v.kind) {
	case KIND_BOOLEAN: return strcmp(bare, v.number.num ? "true" : "false") == 0;
	case KIND_DATE: return day_parse(bare, &day) && day == v.number.num;
	case KIND_TEXT: return strcmp(bare, v.text) == 0;
	default: return fraction_parse(bare, &n) && fraction_compare(n, v.number) == 0;
	}
}

static bool check_value(struct trial *trial, const struct screener_result *engine, const char *id,
			struct value v)
{
	struct strbuf buf = strbuf_new(trial->arena);

	screener_value_json(engine, str_of(id), &buf);
	if (is_written(buf.ptr, buf.len, v))
		return true;
	trial_difference(trial, "VALUE", "%s is %s to the engine, to the oracle %s %lld/%lld", id,
			 buf.ptr, v.known ? "known" : "unknown", (long long)v.number.num,
			 (long long)v.number.den);
	return false;
}

static bool check_values(struct trial *trial, const struct screener_result *engine,
			 const struct oracle_result *oracle)
{
	bool same = true;
	json_t *json;
	size_t i;

	json_array_foreach (json_object_get(trial->document, "derived"), i, json)
		same = check_value(trial, engine, json_string_value(json_object_get(json, "id")),
				   oracle->derived[i]) &&
		       same;
	json_array_foreach (json_object_get(trial->document, "scores"), i, json) {
		const char *id = json_string_value(json_object_get(json, "id"));

		same = check_value(trial, engine, id, oracle->scores[i]) && same;
		if (json_object_get(json, "bands"))
			same = check_value(trial, engine, arena_printf(trial->arena, "%s.band", id),
					   oracle->bands[i]) &&
			       same;
	}
	return same;
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void report_evaluation(struct trial *trial, const char *answers, int64_t today,
			      const struct screener_result *engine,
			      const struct oracle_result *oracle)
{
	const char *from = engine->resolved_from ? engine->resolved_from->id : NULL;

	trial_difference(
		trial, "EVALUATION",
		"day %lld, answers %s\n  engine %s\n  oracle %s\n  rules%s\n  "
		"constraints%s",
		(long long)today, answers,
		said(trial, engine->outcome->id, engine->decided, engine->held, from),
		said(trial, oracle->outcome, oracle->decided, oracle->held, oracle->resolved_from),
		truths(trial, engine->rules, engine->n_rules, oracle->rules),
		truths(trial, engine->constraints, engine->n_constraints, oracle->constraints));
}

bool trial_compare(struct trial *trial, json_t *answers, int64_t today, struct oracle_result *out)
{
	const char *text = trial_dump(trial, answers);
	struct screener_answers *parsed;
	struct screener_result engine;

	oracle_eval(&trial->oracle, answers, today, out);
	if (is_failed(screener_answers_parse(trial->screener, trial->arena, str_of(text),
					     (date_days)today, &parsed))) {
		trial_difference(trial, "ANSWERS", "the engine does not read %s", text);
		return false;
	}
	screener_eval(trial->screener, parsed, trial->arena, SCREENER_FULL, &engine);
	trial->counts->evaluations++;
	trial->counts->codes += out->issues_code;
	if (check_values(trial, &engine, out) && strcmp(engine.outcome->id, out->outcome) == 0 &&
	    engine.decided == out->decided && engine.held == out->held &&
	    same_name(engine.resolved_from ? engine.resolved_from->id : NULL, out->resolved_from) &&
	    same_truths(engine.rules, engine.n_rules, out->rules) &&
	    same_truths(engine.constraints, engine.n_constraints, out->constraints))
		return true;
	report_evaluation(trial, text, today, &engine, out);
	return false;
}

static bool is_question(const struct oracle_item *item)
{
	return json_is_true(json_object_get(item->json, "safety")) && !item->is_by;
}

static void note_questions(struct trial *trial, json_t *answers, const struct oracle_result *r)
{
	for (int i = 0; i < trial->oracle.n_items; i++) {
		if (!is_question(&trial->oracle.items[i]))
			continue;
		if (r->issues_code && r->unknown[i] && !trial->violations[i])
			trial->violations[i] = json_incref(answers);
		if (r->of_rules_issues_code && r->asked_unknown[i] && !trial->hasty[i])
			trial->hasty[i] = json_incref(answers);
	}
}

static void note_rules(struct trial *trial, const struct oracle_result *r)
{
	uint64_t all = 0;

	for (int i = 0; i < trial->oracle.n_rules; i++)
		all |= (uint64_t)(r->rules[i] == IS_TRUE) << i;
	for (int i = 0; i < trial->oracle.n_rules; i++) {
		bool leads = true;

		if (r->rules[i] != IS_TRUE)
			continue;
		for (int k = 0; k < trial->oracle.n_rules; k++)
			if (r->rules[k] == IS_TRUE && oracle_goes_before(&trial->oracle, k, i))
				leads = false;
		trial->true_with[i] = trial->was_true[i] ? trial->true_with[i] & all : all;
		trial->was_true[i] = true;
		trial->has_led[i] = trial->has_led[i] || leads;
	}
}

static bool try_answers(struct trial *trial, json_t *answers, int64_t today)
{
	struct arena_mark mark = arena_mark(trial->arena);
	struct oracle_result result;

	if (!trial_compare(trial, answers, today, &result))
		return false;
	arena_rewind(trial->arena, mark);
	note_questions(trial, answers, &result);
	note_rules(trial, &result);
	if (!json_object_get(trial->reached, result.outcome))
		json_object_set(trial->reached, result.outcome, answers);
	return true;
}

void trial_evaluate(struct trial *trial, uint64_t seed)
{
	struct choices *choices = malloc(sizeof *choices);

	if (!choices)
		abort();
	/* "On any day" is more than the days that are tried. */
	trial->complete = !strstr(trial->text, "today") && !strstr(trial->text, "age_at");
	for (int day = 0; day < TRIAL_DAYS && !trial->kind; day++) {
		uint64_t n;
		bool all;

		choices_init(choices, &trial->oracle, trial->days[day], seed + (uint64_t)day);
		all = choices->n_all <= trial->settings->evaluations;
		n = all ? choices->n_all : trial->settings->evaluations;
		trial->complete = trial->complete && all && choices->exact;
		for (uint64_t i = 0; i < n && !trial->kind; i++) {
			json_t *answers =
				all ? choices_answers(choices, i) : choices_sample(choices);

			try_answers(trial, answers, trial->days[day]);
			json_decref(answers);
		}
		choices_fini(choices);
	}
	free(choices);
}
