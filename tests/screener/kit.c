#include "kit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "screener/exchange/patch.h"

date_days kit_today(void)
{
	return date_from_civil((struct civil_date){2026, 3, 1});
}

char *kit_json(struct arena *arena, const char *text)
{
	char *json = arena_strdup(arena, text);

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	return json;
}

static struct kit compile(struct arena *arena, const char *document, const char *const *tables,
			  size_t n_tables)
{
	struct kit kit = {.arena = arena, .document = str_of(document)};
	struct str *bytes = arena_array_of(kit.arena, struct str, n_tables);

	for (size_t i = 0; i < n_tables; i++)
		bytes[i] = str_of(tables[i]);
	if (is_failed(screener_compile(kit.arena, kit.document, bytes, n_tables, &kit.screener,
				       &kit.findings)))
		kit.screener = NULL;
	return kit;
}

struct kit kit_compile_with(const char *document, const char *const *tables, size_t n_tables)
{
	struct arena *arena = arena_new(64 << 20);

	return compile(arena, kit_json(arena, document), tables, n_tables);
}

struct kit kit_compile(const char *document)
{
	return kit_compile_with(document, NULL, 0);
}

static json_t *load_data(const char *file)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/screener/data/%s", getenv("AEGIS_SOURCE"), file);
	return json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
}

struct kit kit_patched(const char *file, const char *patch)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *document = load_data(file), *patched = NULL;
	json_t *operations = json_loads(kit_json(arena, patch), JSON_REJECT_DUPLICATES, NULL);
	struct kit kit = {.arena = arena_new(64 << 20)};

	if (document && operations &&
	    is_ok(patch_apply(arena, document, operations, &patched, NULL))) {
		char *text = json_dumps(patched, JSON_COMPACT | JSON_REAL_PRECISION(15));

		kit = compile(kit.arena, arena_strdup(kit.arena, text), NULL, 0);
		free(text);
	}
	json_decref(document);
	json_decref(operations);
	json_decref(patched);
	arena_free(&arena);
	return kit;
}

void kit_free(struct kit *kit)
{
	screener_free(&kit->screener);
	arena_free(&kit->arena);
}

const char *kit_eval(struct kit *kit, const char *answers)
{
	struct screener_answers *parsed;
	struct status st;

	if (!kit->screener)
		return "(does not compile)";
	st = screener_answers_parse(kit->screener, kit->arena,
				    str_of(kit_json(kit->arena, answers)), kit_today(), &parsed);
	if (is_failed(st))
		return reason_name(st.reason);
	screener_eval(kit->screener, parsed, kit->arena, SCREENER_FULL, &kit->result);
	return kit->result.outcome->id;
}

const char *kit_trace(struct kit *kit)
{
	struct strbuf buf = strbuf_new(kit->arena);

	screener_trace_json(&kit->result, &buf);
	return buf.ptr;
}

const char *kit_value(struct kit *kit, const char *id)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (size_t i = 0; i < kit->result.n_failed; i++)
		if (strcmp(kit->result.failed[i].id, id) == 0)
			return arena_printf(kit->arena, "!%s", kit->result.failed[i].cause);
	return screener_value_json(&kit->result, str_of(id), &buf) ? buf.ptr : "(no such id)";
}

static void join(struct strbuf *buf, const char *text)
{
	if (buf->len)
		strbuf_add_char(buf, ',');
	strbuf_add_c(buf, text);
}

const char *kit_held(struct kit *kit)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (unsigned bit = 1; screener_held_name(bit); bit <<= 1)
		if (kit->result.held & bit)
			join(&buf, screener_held_name(bit));
	return buf.len ? buf.ptr : "";
}

const char *kit_problems(struct kit *kit)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (size_t i = 0; i < kit->result.n_problems; i++) {
		const struct screener_problem *p = &kit->result.problems[i];

		join(&buf,
		     p->row < 0 ? arena_printf(kit->arena, "%s:%s", p->item, p->code)
				: arena_printf(kit->arena, "%d/%s:%s", p->row, p->item, p->code));
	}
	return buf.len ? buf.ptr : "";
}

const char *kit_next(struct kit *kit)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (size_t i = 0; i < kit->result.n_next; i++)
		join(&buf, kit->result.next[i]);
	return buf.len ? buf.ptr : "";
}

const char *kit_fired(struct kit *kit)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (size_t i = 0; i < kit->result.n_rules; i++)
		if (kit->result.rules[i].truth == SCREENER_TRUE)
			join(&buf, kit->result.rules[i].id);
	return buf.len ? buf.ptr : "";
}

const char *kit_findings(struct kit *kit)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (size_t i = 0; i < kit->findings.n; i++)
		strbuf_printf(&buf, "%s %s\n", kit->findings.list[i].code,
			      kit->findings.list[i].pointer);
	return buf.len ? buf.ptr : "";
}

static const char with_rule[] =
	"{'format':'screener/1','slug':'one-rule','locales':['en-US'],'items':["
	"{'id':'b','type':'boolean'},{'id':'b2','type':'boolean'},"
	"{'id':'i','type':'integer'},{'id':'j','type':'integer'},"
	"{'id':'d','type':'decimal'},{'id':'e','type':'decimal'},"
	"{'id':'q','type':'quantity','unit':'kg',"
	"'units':[{'code':'[lb_av]','factor':'0.45359237'}]},"
	"{'id':'h','type':'quantity','unit':'cm'},"
	"{'id':'dt','type':'date'},{'id':'dt2','type':'date'},"
	"{'id':'t','type':'text'},{'id':'z','type':'zip'},{'id':'st','type':'state'},"
	"{'id':'c','type':'choice','options':[{'code':'a'},{'code':'b'},{'code':'other'}]},"
	"{'id':'c2','type':'choice','options':[{'code':'a'},{'code':'b'}]},"
	"{'id':'o','type':'open_choice','options':[{'code':'a'},{'code':'b'}]},"
	"{'id':'m','type':'multi','options':[{'code':'k'},{'code':'l'},{'code':'n'}]},"
	"{'id':'g','type':'group','repeats':true,'items':["
	"{'id':'ga','type':'integer'},{'id':'gb','type':'boolean'}]}],"
	"'derived':[{'id':'x','type':'%s','rule':%s}],"
	"'outcomes':[{'id':'end','severity':1}],'hit_policy':'first',"
	"'rules':[{'id':'R','else':true,'then':'end'}],'on_unknown':'end'}";

struct kit kit_rule(const char *type, const char *rule)
{
	struct arena *arena = arena_new(1 << 20);
	struct strbuf buf = strbuf_new(arena);
	struct kit kit;

	for (const char *p = with_rule; *p; p++) {
		if (p[0] != '%' || p[1] != 's') {
			strbuf_add_char(&buf, *p);
			continue;
		}
		strbuf_add_c(&buf, type);
		type = rule;
		p++;
	}
	kit = kit_compile(buf.ptr);
	arena_free(&arena);
	return kit;
}
