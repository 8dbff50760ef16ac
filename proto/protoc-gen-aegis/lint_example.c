/* An example is what the field takes: it passes the rules that stand beside it. */
#include <jansson.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "contract/pattern.h"
#include "contract/text.h"
#include "lint.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

static bool is_listed(const Opt__Field *o, struct str text)
{
	for (size_t i = 0; i < o->n_in; i++)
		if (str_eq_c(text, o->in[i]))
			return true;
	return o->n_in == 0;
}

/* Which rule of a string the text breaks; NULL when none. */
static const char *broken_form(const Opt__Field *o, struct str text)
{
	struct uuid id;
	date_days day;

	if (o->uuid && !uuid_parse(text, &id))
		return "uuid";
	if (o->email && !text_is_email(text))
		return "email";
	if (o->date && !date_parse(text, &day))
		return "date";
	if (o->uri && !text_is_uri(text))
		return "uri";
	if (o->name && !text_is_name(text))
		return "name";
	if (*o->pattern && !field_pattern_matches(o->pattern, text))
		return "pattern";
	return is_listed(o, text) ? NULL : "in";
}

static const char *broken_text(const Opt__Field *o)
{
	struct str text = str_of(o->example);
	size_t len = utf8_length(text.ptr, text.len);

	if (len > (o->max_len ? o->max_len : 1024))
		return "max_len";
	return len < o->min_len ? "min_len" : broken_form(o, text);
}

static const char *broken_number(const Opt__Field *o)
{
	char *end;
	long long n = strtoll(o->example, &end, 10);

	if (*end)
		return "its type";
	if (o->_min_case == OPT__FIELD___MIN_MIN && n < o->min)
		return "min";
	return o->_max_case == OPT__FIELD___MAX_MAX && n > o->max ? "max" : NULL;
}

static const char *broken_json(const Opt__Field *o)
{
	json_t *value = json_loads(o->example, JSON_DECODE_ANY, NULL);
	bool valid = value != NULL;

	json_decref(value);
	return valid ? NULL : "json";
}

static const char *broken_word(const struct pg_field *f)
{
	for (size_t i = 0; i < f->enumeration->n_values; i++)
		if (strcmp(f->enumeration->values[i].json, f->opt->example) == 0)
			return NULL;
	return "its enum";
}

static const char *broken_rule(const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	instant time;

	if (f->enumeration)
		return broken_word(f);
	if (f->message)
		return f->message->well_known == PB_WK_TIMESTAMP &&
				       instant_parse(str_of(o->example), &time)
			       ? NULL
			       : "its type";
	switch (f->proto->type) {
	case TYPE(STRING): return broken_text(o);
	case TYPE(BOOL):
		return strcmp(o->example, "true") != 0 && strcmp(o->example, "false") != 0
			       ? "its type"
			       : NULL;
	case TYPE(BYTES): return o->json ? broken_json(o) : "its type";
	case TYPE(DOUBLE):
	case TYPE(FLOAT): return "its type";
	default: return broken_number(o);
	}
}

void lint_example(struct pg_model *model, const char *where, const struct pg_field *f)
{
	const char *rule = *f->opt->example ? broken_rule(f) : NULL;

	if (rule)
		model_fail(model, "%s: the example '%s' does not pass %s", where, f->opt->example,
			   rule);
}
