/* `screener check` and `screener eval`. */
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/instant.h"
#include "prover/process.h"
#include "screener/exchange/fhir.h"
#include "screener/exchange/identity.h"
#include "screener/gate/gate.h"
#include "screener_common.h"

#define PROOF_LIMIT_MS 8000

static const char check_usage[] =
	"usage: aegisctl screener check FILE [--table FILE ...] [--json]\n\n"
	"Compiles a screener/1 document and holds it against the publish gate. Reference tables\n"
	"are those named and those in a folder 'tables' beside the document.\n"
	"Exit status: 0 it may be published (there may be warnings; where safety is not proven, a\n"
	"second person must accept that first), 1 there are errors, 2 wrong use.\n";

/* What there is to say about one document; parts it did not come to are empty. */
struct checked {
	const char *path;
	struct str document;
	struct screener *screener; /* NULL: does not compile */
	char hash[2 * IDENTITY_HASH_BYTES + 1];
	struct screener_findings compiled;
	struct screener_gate_report gate;
};

static size_t errors_of(const struct checked *c)
{
	return c->compiled.n_errors + c->gate.findings.n_errors;
}

/* Answers, and the day they are evaluated on. */
static void put_example(json_t *question, const char *name, const char *answers,
			const char *day_name, date_days day)
{
	char date[DATE_TEXT];

	date_format(date, day);
	json_object_set_new(question, name, json_loads(answers, JSON_DECODE_ANY, NULL));
	json_object_set_new(question, day_name, json_string(date));
}

static json_t *safety_json(const struct screener_gate_report *gate)
{
	json_t *list = json_array();

	for (size_t i = 0; i < gate->n_questions; i++) {
		const struct screener_safety *q = &gate->questions[i];
		json_t *one = json_pack("{s:s,s:s,s:s}", "item", q->item, "verdict",
					screener_verdict_name(q->verdict), "rules",
					screener_verdict_name(q->rules));

		if (q->answers) {
			put_example(one, "answers", q->answers, "as_of", q->as_of);
			json_object_set_new(one, "outcome", json_string(q->outcome));
		}
		if (q->rules_answers)
			put_example(one, "rules_answers", q->rules_answers, "rules_as_of",
				    q->rules_as_of);
		json_array_append_new(list, one);
	}
	return json_pack("{s:s,s:o}", "verdict", screener_verdict_name(gate->safety), "questions",
			 list);
}

static json_t *boundaries_json(const struct screener_gate_report *gate)
{
	json_t *list = json_array();
	char as_of[DATE_TEXT];

	for (size_t i = 0; i < gate->n_boundaries; i++) {
		const struct screener_boundary *b = &gate->boundaries[i];

		date_format(as_of, b->as_of);
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o,s:s,s:s,s:b}", "pointer",
						      b->pointer, "item", b->item, "side",
						      screener_side_name(b->side), "answers",
						      json_loads(b->answers, JSON_DECODE_ANY, NULL),
						      "as_of", as_of, "outcome", b->outcome,
						      "decided", b->decided));
	}
	return list;
}

static json_t *check_json(const struct checked *c)
{
	json_t *findings = sc_findings_json(&c->compiled);
	json_t *more = sc_findings_json(&c->gate.findings);
	json_t *json;

	json_array_extend(findings, more);
	json_decref(more);
	json = json_pack("{s:b,s:s,s:I,s:I,s:I,s:o}", "valid", c->screener && !errors_of(c),
			 "sha256", c->hash, "tests", (json_int_t)c->gate.n_tests, "evaluations",
			 (json_int_t)c->gate.evaluations, "program_bytes",
			 (json_int_t)(c->screener ? screener_size(c->screener) : 0), "findings",
			 findings);
	if (c->screener)
		json_object_update_new(
			json, json_pack("{s:o,s:o,s:{s:s,s:I}}", "safety", safety_json(&c->gate),
					"boundaries", boundaries_json(&c->gate), "prover", "ending",
					screener_ending_name(c->gate.effort.ending), "steps",
					(json_int_t)c->gate.effort.steps));
	return json;
}

static void print_check(const struct checked *c)
{
	size_t errors = errors_of(c), n = c->compiled.n + c->gate.findings.n;

	sc_print_findings(stdout, c->path, &c->document, &c->compiled);
	sc_print_findings(stdout, c->path, &c->document, &c->gate.findings);
	if (errors || !c->screener)
		printf("%s%zu error%s%s, %zu finding%s\n", sc_colour(stdout, SC_RED), errors,
		       errors == 1 ? "" : "s", sc_colour(stdout, SC_PLAIN), n, n == 1 ? "" : "s");
	else
		printf("%sgood%s: %s, %zu items, %zu rules, %zu tests, %zu bytes compiled\n"
		       "safety %s for %zu questions; %zu boundary tests at %zu of %zu comparisons; "
		       "%u evaluations\nsha256 %s\n",
		       sc_colour(stdout, SC_GREEN), sc_colour(stdout, SC_PLAIN),
		       screener_slug(c->screener), screener_n_items(c->screener),
		       screener_n_rules(c->screener), c->gate.n_tests, screener_size(c->screener),
		       screener_verdict_name(c->gate.safety), c->gate.n_questions,
		       c->gate.n_boundaries, c->gate.n_compared, c->gate.n_comparisons,
		       c->gate.evaluations, c->hash);
}

/* Compiles, and asks the gate; the proof has as long as publishing gives it. */
static struct status check_document(struct arena *arena, const struct sc_options *o,
				    struct checked *c)
{
	struct prover_process process = {.document = c->document, .limit_ms = PROOF_LIMIT_MS};
	struct screener_prover prover = prover_in_process_of_its_own(&process);
	struct sc_tables tables;

	if (!sc_read_tables(arena, o, c->path, &tables))
		return FAIL(TABLE_FILE);
	process.tables = tables.list;
	process.n_tables = tables.n;
	TRY(screener_compile(arena, c->document, tables.list, tables.n, &c->screener,
			     &c->compiled));
	return screener_gate(c->screener, arena, c->document, &prover, SCREENER_GATE_EVALUATIONS,
			     &c->gate);
}

static int check(struct arena *arena, const struct sc_options *o)
{
	struct checked c = {.path = o->files[0]};
	uint8_t hash[IDENTITY_HASH_BYTES];
	struct status st;

	if (!sc_read(arena, c.path, &c.document))
		return CTL_FAILED;
	if (is_ok(identity_of_document(arena, c.document, hash)))
		hex_encode(c.hash, hash, sizeof hash);
	st = check_document(arena, o, &c);
	if (is_failed(st) && !c.compiled.n)
		sc_say_failure(c.path, st);
	if (o->json)
		sc_print_json(check_json(&c), false);
	else
		print_check(&c);
	screener_free(&c.screener);
	return is_ok(st) && !errors_of(&c) ? CTL_OK : CTL_FAILED;
}

static const char eval_usage[] =
	"usage: aegisctl screener eval FILE [--answers FILE] [--date YYYY-MM-DD]\n"
	"                              [--table FILE ...] [--trace | --json | --fhir]\n\n"
	"Evaluates a screener for a JSON object of answers (standard input by default), pinned to\n"
	"a date (today by default). --trace prints the whole trace, --json the outcome on one\n"
	"line, --fhir the answers as a FHIR QuestionnaireResponse.\n"
	"Exit status: 0 an outcome was decided, 1 it was not or there are errors, 2 wrong use.\n";

static json_t *texts_json(const char *const *list, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

static json_t *held_json(unsigned held)
{
	json_t *array = json_array();

	for (unsigned bit = 1; bit && bit <= SCREENER_HELD_LIMIT; bit <<= 1)
		if (held & bit)
			json_array_append_new(array, json_string(screener_held_name(bit)));
	return array;
}

static json_t *result_json(const struct screener_result *r)
{
	return json_pack(
		"{s:s,s:b,s:o,s:o,s:o,s:[i,i]}", "outcome", r->outcome->id, "decided", r->decided,
		"held", held_json(r->held), "reasons", texts_json(r->reasons, r->n_reasons), "next",
		texts_json(r->next, r->n_next), "progress", (int)r->answered, (int)r->visible);
}

static void print_list(const char *title, const char *const *list, size_t n)
{
	if (n)
		printf("%-9s", title);
	for (size_t i = 0; i < n; i++)
		printf(" %s", list[i]);
	if (n)
		putchar('\n');
}

static void print_result(const struct screener_result *r)
{
	printf("outcome   %s%s%s%s\n", sc_colour(stdout, r->decided ? SC_GREEN : SC_YELLOW),
	       r->outcome->id, sc_colour(stdout, SC_PLAIN), r->decided ? "" : " (not decided)");
	for (unsigned bit = 1; bit <= SCREENER_HELD_LIMIT; bit <<= 1)
		if (r->held & bit)
			printf("held      %s\n", screener_held_name(bit));
	print_list("reasons", r->reasons, r->n_reasons);
	for (size_t i = 0; i < r->n_problems; i++)
		printf("problem   %s %s\n", r->problems[i].item, r->problems[i].code);
	print_list("next", r->next, r->n_next);
	printf("answered  %u of %u\n", r->answered, r->visible);
}

static void print_response(struct arena *arena, struct str document, struct str answers,
			   const struct screener_result *r)
{
	json_t *screener = json_loadb(document.ptr, document.len, 0, NULL);
	json_t *given = json_loadb(answers.ptr, answers.len, 0, NULL);

	sc_print_json(fhir_response(arena, screener, given, r, r->decided), true);
	json_decref(screener);
	json_decref(given);
}

static int evaluate(struct arena *arena, const struct sc_options *o, struct str document,
		    const struct screener *screener)
{
	date_days today = date_of_instant(instant_now());
	struct screener_answers *answers;
	struct screener_result result;
	struct strbuf trace = strbuf_new(arena);
	struct str given;

	if (o->date && !date_parse(str_of(o->date), &today)) {
		fprintf(stderr, "--date: this is no date of the form YYYY-MM-DD\n");
		return CTL_USAGE;
	}
	if (!sc_read(arena, o->answers ? o->answers : "-", &given))
		return CTL_FAILED;
	struct status st = screener_answers_parse(screener, arena, given, today, &answers);

	if (is_failed(st)) {
		sc_say_failure("answers", st);
		return CTL_FAILED;
	}
	screener_eval(screener, answers, arena, SCREENER_FULL, &result);
	if (o->trace) {
		screener_trace_json(&result, &trace);
		puts(trace.ptr);
	} else if (o->fhir) {
		print_response(arena, document, given, &result);
	} else if (o->json) {
		sc_print_json(result_json(&result), false);
	} else {
		print_result(&result);
	}
	return result.decided ? CTL_OK : CTL_FAILED;
}

static int eval(struct arena *arena, const struct sc_options *o)
{
	struct screener_findings findings;
	struct screener *screener = NULL;
	struct str document;
	int status = CTL_FAILED;

	if (!sc_read(arena, o->files[0], &document))
		return CTL_FAILED;
	if (is_ok(sc_compile(arena, o, o->files[0], document, &screener, &findings)))
		status = evaluate(arena, o, document, screener);
	else
		sc_print_findings(stderr, o->files[0], &document, &findings);
	screener_free(&screener);
	return status;
}

int sc_check(int argc, char **argv)
{
	return sc_run(argc, argv, 1, check_usage, check);
}

int sc_eval(int argc, char **argv)
{
	return sc_run(argc, argv, 1, eval_usage, eval);
}
