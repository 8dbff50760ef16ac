/* `screener diff`: what changed, and what that changes for stored answers. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "screener/eval/impact.h"
#include "screener/exchange/patch.h"
#include "screener_common.h"

#define MAX_INPUTS 1000000

static const char usage[] =
	"usage: aegisctl screener diff OLD NEW [--answers FILE] [--date YYYY-MM-DD]\n"
	"                              [--table FILE ...] [--json]\n\n"
	"Prints what changed between two JSON documents; with --json as JSON Patch (RFC 6902).\n"
	"With --answers both must be screeners: each line of the file, a JSON object of answers, "
	"is\n"
	"evaluated by both, pinned to the date (today by default), and those that end differently\n"
	"are listed; --json then prints one object with 'patch' and 'impact'.\n"
	"Exit status: 0 nothing, 1 something changed or cannot be read, 2 wrong use.\n";

static void print_operations(const json_t *patch)
{
	for (size_t i = 0; i < json_array_size(patch); i++) {
		const json_t *operation = json_array_get(patch, i);
		const char *op = json_string_value(json_object_get(operation, "op"));
		bool add = op[0] == 'a', replace = op[2] == 'p';
		char *value = json_dumps(json_object_get(operation, "value"),
					 JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));

		printf("%s%c %s%s%s%s\n",
		       sc_colour(stdout, replace ? SC_YELLOW
					 : add	 ? SC_GREEN
						 : SC_RED),
		       replace ? '~'
		       : add   ? '+'
			       : '-',
		       json_string_value(json_object_get(operation, "path")), value ? " " : "",
		       value ? value : "", sc_colour(stdout, SC_PLAIN));
		free(value);
	}
}

struct versions {
	struct screener *before, *after;
	struct impact impact;
};

static bool compile(struct arena *arena, const struct sc_options *o, int i, struct screener **out)
{
	struct screener_findings findings;
	struct str document;

	if (!sc_read(arena, o->files[i], &document))
		return false;
	if (is_ok(sc_compile(arena, o, o->files[i], document, out, &findings)))
		return true;
	sc_print_findings(stderr, o->files[i], &document, &findings);
	return false;
}

static bool read_inputs(struct arena *arena, const struct sc_options *o, struct impact_input **out,
			size_t *n)
{
	date_days today = date_of_instant(instant_now());
	struct impact_input *inputs;
	struct str text;
	size_t lines = 1;

	if (o->date && !date_parse(str_of(o->date), &today)) {
		fprintf(stderr, "--date: this is no date of the form YYYY-MM-DD\n");
		return false;
	}
	if (!sc_read(arena, o->answers, &text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	if (lines > MAX_INPUTS) {
		fprintf(stderr, "%s: too many lines\n", o->answers);
		return false;
	}
	inputs = arena_array_of(arena, struct impact_input, lines);
	for (*n = 0; text.len; ++*n)
		inputs[*n] = (struct impact_input){str_take_until(&text, '\n'), today};
	*out = inputs;
	return true;
}

static bool find_impact(struct arena *arena, const struct sc_options *o, struct versions *v)
{
	struct impact_input *inputs;
	size_t n;

	if (!compile(arena, o, 0, &v->before) || !compile(arena, o, 1, &v->after) ||
	    !read_inputs(arena, o, &inputs, &n))
		return false;
	impact_of(arena, v->before, v->after, inputs, n, &v->impact);
	return true;
}

static json_t *end_json(const struct impact_end *end)
{
	return json_pack("{s:s,s:b}", "outcome", end->outcome->id, "decided", end->decided);
}

static json_t *impact_json(const struct impact *impact)
{
	json_t *changes = json_array();

	for (size_t i = 0; i < impact->n_changes; i++) {
		const struct impact_change *c = &impact->changes[i];

		json_array_append_new(changes,
				      json_pack("{s:I,s:o,s:o}", "line", (json_int_t)c->input + 1,
						"before", end_json(&c->before), "after",
						end_json(&c->after)));
	}
	return json_pack("{s:I,s:I,s:o}", "inputs", (json_int_t)impact->n_inputs, "unread",
			 (json_int_t)impact->n_unread, "changed", changes);
}

static void print_impact(const struct impact *impact)
{
	for (size_t i = 0; i < impact->n_changes; i++) {
		const struct impact_change *c = &impact->changes[i];

		printf("line %zu: %s%s -> %s%s\n", c->input + 1, c->before.outcome->id,
		       c->before.decided ? "" : " (not decided)", c->after.outcome->id,
		       c->after.decided ? "" : " (not decided)");
	}
	printf("%zu of %zu inputs end differently", impact->n_changes, impact->n_inputs);
	if (impact->n_unread)
		printf(", %zu could not be read", impact->n_unread);
	putchar('\n');
}

static void print(const struct sc_options *o, json_t *patch, const struct impact *impact)
{
	if (!o->json) {
		print_operations(patch);
		if (o->answers)
			print_impact(impact);
	} else if (o->answers) {
		sc_print_json(json_pack("{s:O,s:o}", "patch", patch, "impact", impact_json(impact)),
			      false);
	} else {
		sc_print_json(json_incref(patch), false);
	}
}

static int diff(struct arena *arena, const struct sc_options *o)
{
	struct versions versions = {};
	json_t *from = sc_read_json(arena, o->files[0]);
	json_t *to = from ? sc_read_json(arena, o->files[1]) : NULL;
	json_t *patch = to ? patch_diff(arena, from, to) : NULL;
	int status = CTL_FAILED;

	if (patch && (!o->answers || find_impact(arena, o, &versions))) {
		print(o, patch, &versions.impact);
		if (!json_array_size(patch) && !versions.impact.n_changes)
			status = CTL_OK;
	}
	screener_free(&versions.before);
	screener_free(&versions.after);
	json_decref(from);
	json_decref(to);
	json_decref(patch);
	return status;
}

int sc_diff(int argc, char **argv)
{
	return sc_run(argc, argv, 2, usage, diff);
}
