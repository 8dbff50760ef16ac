/* The two messages of a prover process, as JSON. */
#include "prover/wire.h"

static json_t *text_json(struct str text)
{
	return json_stringn(text.ptr, text.len);
}

char *wire_write_request(const struct wire_request *request)
{
	json_t *tables = json_array(), *goals = json_array(), *all;
	char *text = NULL;

	/* What is no UTF-8 is no table of the document, either: it would not have compiled. */
	for (size_t i = 0; i < request->n_tables; i++)
		(void)json_array_append_new(tables, text_json(request->tables[i]));
	for (size_t i = 0; i < request->n_goals; i++)
		json_array_append_new(goals, json_pack("[i,i]", (int)request->goals[i].kind,
						       (int)request->goals[i].index));
	all = json_pack("{s:o,s:o,s:i,s:i,s:o}", "document", text_json(request->document), "tables",
			tables, "today", (int)request->today, "steps", (int)request->steps, "goals",
			goals);
	if (all)
		text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return text;
}

static struct str copied(struct arena *arena, const json_t *json)
{
	size_t n = json_string_length(json);
	char *text = arena_alloc(arena, n + 1);

	memcpy(text, json_string_value(json) ? json_string_value(json) : "", n + 1);
	return (struct str){text, n};
}

static void read_lists(const json_t *all, struct arena *arena, struct wire_request *out)
{
	const json_t *tables = json_object_get(all, "tables"),
		     *goals = json_object_get(all, "goals");
	struct screener_goal *list;
	struct str *texts;

	out->n_tables = json_array_size(tables);
	texts = arena_array_of(arena, struct str, out->n_tables);
	for (size_t i = 0; i < out->n_tables; i++)
		texts[i] = copied(arena, json_array_get(tables, i));
	out->tables = texts;
	out->n_goals = json_array_size(goals);
	list = arena_array_of(arena, struct screener_goal, out->n_goals);
	for (size_t i = 0; i < out->n_goals; i++) {
		const json_t *pair = json_array_get(goals, i);

		list[i].kind = (enum screener_goal_kind)json_integer_value(json_array_get(pair, 0));
		list[i].index = (uint32_t)json_integer_value(json_array_get(pair, 1));
	}
	out->goals = list;
}

bool wire_read_request(struct str text, struct arena *arena, struct wire_request *out)
{
	json_t *all = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, NULL);
	bool good = json_is_string(json_object_get(all, "document"));

	*out = (struct wire_request){};
	if (good) {
		out->document = copied(arena, json_object_get(all, "document"));
		out->today = (date_days)json_integer_value(json_object_get(all, "today"));
		out->steps = (uint32_t)json_integer_value(json_object_get(all, "steps"));
		read_lists(all, arena, out);
	}
	json_decref(all);
	return good;
}

void wire_write_proof(struct strbuf *buf, size_t goal, const struct screener_proof *proof)
{
	strbuf_printf(buf, "[%zu,%d,%d,%d,", goal, (int)proof->answer, (int)proof->never_true,
		      (int)proof->as_of);
	strbuf_add_json(buf, str_of(proof->answers ? proof->answers : ""));
	strbuf_add_c(buf, "]\n");
}

bool wire_read_proof(struct str line, struct arena *arena, size_t n_goals, size_t *goal,
		     struct screener_proof *out)
{
	json_t *all = json_loadb(line.ptr, line.len, 0, NULL);
	int answer = 0, never_true = 0, as_of = 0;
	json_int_t index = -1;
	const char *answers;
	bool good;

	good = json_unpack(all, "[I,i,i,i,s]", &index, &answer, &never_true, &as_of, &answers) ==
		       0 &&
	       index >= 0 && (size_t)index < n_goals && answer >= SCREENER_OPEN &&
	       answer <= SCREENER_FOUND;
	if (good) {
		*goal = (size_t)index;
		*out = (struct screener_proof){.answer = (enum screener_answer)answer,
					       .never_true = never_true != 0,
					       .as_of = as_of,
					       .answers = arena_strdup(arena, answers)};
	}
	json_decref(all);
	return good;
}

void wire_write_end(struct strbuf *buf, const struct screener_effort *effort)
{
	strbuf_printf(buf, "[\"end\",%d,%llu]\n", (int)effort->ending,
		      (unsigned long long)effort->steps);
}

bool wire_read_end(struct str line, struct screener_effort *out)
{
	json_t *all = json_loadb(line.ptr, line.len, 0, NULL);
	const char *word = NULL;
	json_int_t steps = 0;
	int ending = 0;
	bool good = json_unpack(all, "[s,i,I]", &word, &ending, &steps) == 0 &&
		    strcmp(word, "end") == 0 && ending >= SCREENER_STOPPED &&
		    ending <= SCREENER_SPENT && steps >= 0;

	if (good)
		*out = (struct screener_effort){(enum screener_ending)ending, (uint64_t)steps};
	json_decref(all);
	return good;
}
