/* `screener rule` and `screener dmn`: a line of JSON in, a line of JSON out. */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "screener/exchange/dmn.h"
#include "screener/json/canon.h"
#include "screener/json/tree.h"
#include "screener/logic/compat.h"
#include "screener/logic/strict.h"
#include "screener_common.h"

static const char rule_usage[] =
	"usage: aegisctl screener rule [--profile compat|strict] [--date YYYY-MM-DD]\n\n"
	"Reads lines of {\"rule\": ..., \"data\": ...} from standard input and prints one line\n"
	"{\"result\": ...} or {\"error\": ...} for each. compat is JSON Logic as JavaScript\n"
	"behaves; strict (the default) is what screeners use: the result null is 'unknown'.\n"
	"Exit status: 0 all lines had a result, 1 some had an error, 2 wrong use.\n";

static const char dmn_usage[] =
	"usage: aegisctl screener dmn FILE [--decision NAME]\n\n"
	"Evaluates the decision tables of a DMN file for each line of JSON inputs (an object from\n"
	"names to values) on standard input; prints one line with 'results', 'verdicts' and\n"
	"'rows', or {\"error\": ...}. All decisions are asked for, or the one named.\n"
	"Exit status: 0, 1 the file cannot be taken, a line had an error or a decision asked for\n"
	"has no result (it is no table; it is undecided, in conflict or too large), 2 wrong use.\n";

struct lines {
	struct arena *arena; /* of one line */
	bool strict;
	date_days today;
	const struct dmn *dmn;
	const char *decision; /* NULL: all */
	bool failed;
};

static json_t *error_json(struct lines *l, const char *reason, const char *message)
{
	json_t *error = json_pack("{s:s}", "error", reason);

	if (message)
		json_object_set_new(error, "message", json_string(message));
	l->failed = true;
	return error;
}

/* Printed here, with numbers as JavaScript writes them; NULL says so. */
static json_t *run_compat(struct lines *l, const json_t *rule, const json_t *data)
{
	json_t *result = NULL;
	struct str text;
	struct status st = compat_apply(l->arena, rule, data, &result);

	if (is_ok(st))
		st = canon_json(l->arena, result, &text);
	json_decref(result);
	if (is_failed(st))
		return error_json(l, reason_name(st.reason), NULL);
	printf("{\"result\":" STR_FMT "}\n", STR_ARG(text));
	return NULL;
}

static json_t *run_strict(struct lines *l, const json_t *rule, const json_t *data)
{
	struct strbuf value = strbuf_new(l->arena);
	struct screener_findings findings;
	const char *cause;
	struct status st =
		strict_rule_eval(l->arena, rule, data, l->today, &value, &findings, &cause);

	if (is_failed(st)) {
		const char *message = NULL;

		for (size_t i = 0; i < findings.n && !message; i++)
			if (findings.list[i].severity == SCREENER_ERROR)
				message = findings.list[i].message;
		return error_json(l,
				  st.reason == REASON_RULE_FAILED ? cause : reason_name(st.reason),
				  message);
	}
	json_t *result = json_loads(value.ptr, JSON_DECODE_ANY, NULL);

	return json_pack("{s:o}", "result", result ? result : json_null());
}

static json_t *run_rule(struct lines *l, const json_t *line)
{
	const json_t *rule = json_object_get(line, "rule"), *data = json_object_get(line, "data");

	if (!rule)
		return error_json(l, "LINE_WITHOUT_RULE", NULL);
	return l->strict ? run_strict(l, rule, data) : run_compat(l, rule, data);
}

static json_t *run_dmn(struct lines *l, const json_t *line)
{
	json_t *out = NULL;
	struct status st = dmn_evaluate(l->dmn, l->arena, line, l->decision, &out);

	if (is_failed(st))
		return error_json(l, reason_name(st.reason), NULL);
	l->failed |= !dmn_has_results(out);
	return out;
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r\n")] == '\0';
}

static void run_lines(struct lines *l, json_t *(*run)(struct lines *l, const json_t *line))
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&text, &size, stdin)) >= 0) {
		json_t *line, *out;

		if (is_blank(text))
			continue;
		line = json_any_read((struct str){text, (size_t)n},
				     JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
		out = line ? run(l, line) : error_json(l, "LINE_NOT_JSON", NULL);
		if (out)
			sc_print_json(out, false);
		fflush(stdout);
		json_decref(line);
		arena_reset(l->arena, false);
	}
	free(text);
}

static bool parse_profile(const struct sc_options *o, struct lines *l)
{
	const char *profile = o->profile ? o->profile : "strict";

	l->strict = strcmp(profile, "strict") == 0;
	if (!l->strict && strcmp(profile, "compat") != 0) {
		fprintf(stderr, "--profile is compat or strict\n");
		return false;
	}
	l->today = date_of_instant(instant_now());
	if (o->date && !date_parse(str_of(o->date), &l->today)) {
		fprintf(stderr, "--date: this is no date of the form YYYY-MM-DD\n");
		return false;
	}
	return true;
}

int sc_rule(int argc, char **argv)
{
	struct sc_options options;
	struct lines lines = {};

	if (!sc_parse(argc, argv, 0, rule_usage, &options) || !parse_profile(&options, &lines))
		return CTL_USAGE;
	if (options.help)
		return CTL_OK;
	lines.arena = arena_new(SIZE_MAX);
	run_lines(&lines, run_rule);
	arena_free(&lines.arena);
	return lines.failed ? CTL_FAILED : CTL_OK;
}

/* A decision that is asked for and no table has no result, whatever the inputs are. */
static bool take_decisions(const struct sc_options *o, struct lines *l)
{
	const char *name = dmn_without_table(l->dmn, o->decision);

	if (name)
		fprintf(stderr, "%s: error: '%s' is no decision table: it has no result\n",
			o->files[0], name);
	l->failed |= name != NULL;
	l->decision = o->decision;
	if (!o->decision || dmn_has_decision(l->dmn, o->decision))
		return true;
	fprintf(stderr, "%s: error: there is no decision '%s'\n", o->files[0], o->decision);
	l->failed = true;
	return false;
}

int sc_dmn(int argc, char **argv)
{
	struct screener_findings findings = {};
	struct sc_options options;
	struct lines lines = {};
	struct arena *arena;
	struct dmn *dmn = NULL;
	struct str xml;

	if (!sc_parse(argc, argv, 1, dmn_usage, &options))
		return CTL_USAGE;
	if (options.help)
		return CTL_OK;
	xmlInitParser();
	arena = arena_new(SIZE_MAX);
	lines.failed = !sc_read(arena, options.files[0], &xml) ||
		       is_failed(dmn_load(arena, xml, &dmn, &findings));
	sc_print_findings(stderr, options.files[0], NULL, &findings);
	lines.dmn = dmn;
	if (dmn && take_decisions(&options, &lines)) {
		lines.arena = arena_new(SIZE_MAX);
		run_lines(&lines, run_dmn);
		arena_free(&lines.arena);
	}
	arena_free(&arena);
	xmlCleanupParser();
	return lines.failed ? CTL_FAILED : CTL_OK;
}
