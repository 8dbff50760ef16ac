/* Examples: a message as it may look, from the fields' own examples or their form. */
#include "openapi.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

#define EXAMPLE_UUID  "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a"
#define EXAMPLE_TIME  "2026-03-01T09:30:00Z"
#define EXAMPLE_LATER "2026-03-02T09:30:00Z"

/* The shortest text that a pattern of characters and classes takes. */
static json_t *pattern_example(struct arena *arena, const char *pattern)
{
	struct strbuf out = strbuf_new(arena);

	for (const char *p = pattern; *p;) {
		bool class = *p == '[';
		char c = class || *p == '\\' ? p[1] : *p;
		unsigned long n = 1;

		p = class ? strchr(p, ']') + 1 : p + 1 + (*p == '\\');
		if (*p == '{') {
			n = strtoul(p + 1, NULL, 10);
			p = strchr(p, '}') + 1;
		} else if (*p && strchr("?*+", *p)) {
			n = *p++ == '+';
		}
		while (n--)
			strbuf_add_char(&out, c);
	}
	return json_stringn(out.ptr, out.len);
}

static json_t *text_example(struct openapi *api, const struct pg_field *f)
{
	const Opt__Field *o = f->opt;

	if (*o->example)
		return json_string(o->example);
	if (o->can_be_absent)
		return json_string("");
	if (f->uuid || str_has_suffix(str_of(f->proto->name), "_id") ||
	    strcmp(f->proto->name, "id") == 0)
		return json_string(EXAMPLE_UUID);
	if (o->email)
		return json_string("ann@acme.example");
	if (o->date)
		return json_string("2026-03-01");
	if (o->uri)
		return json_string("https://acme.example/data.csv");
	if (o->n_in)
		return json_string(o->in[0]);
	if (*o->pattern)
		return pattern_example(api->model->arena, o->pattern);
	if (o->sensitivity == OPT__SENSITIVITY__SECRET)
		return json_string("correct horse battery");
	if (strstr(f->proto->name, "page_token"))
		return json_string("");
	return json_string("text");
}

/* A name says whether a time lies ahead. */
static bool is_later(const char *name)
{
	return strstr(name, "expires") || strstr(name, "until") || strstr(name, "before") ||
	       strstr(name, "next") || strncmp(name, "send_", 5) == 0;
}

static json_t *message_value(struct openapi *api, const struct pg_field *f)
{
	switch (f->message->well_known) {
	case PB_WK_TIMESTAMP:
		return json_string(is_later(f->proto->name) ? EXAMPLE_LATER : EXAMPLE_TIME);
	case PB_WK_DURATION: return json_string("1.5s");
	case PB_WK_FIELD_MASK: return json_string("name");
	case PB_WK_EMPTY: return json_object();
	default: return example_message(api, f->message, NULL, NULL);
	}
}

static json_t *number_example(const struct pg_field *f, bool text)
{
	long long n =
		f->opt->_min_case == OPT__FIELD___MIN_MIN && f->opt->min > 1 ? f->opt->min : 1;

	if (*f->opt->example)
		n = strtoll(f->opt->example, NULL, 10);
	return text ? json_sprintf("%lld", n) : json_integer(n);
}

static json_t *value_example(struct openapi *api, const struct pg_field *f)
{
	const char *own = f->opt->example;

	if (f->message)
		return *own ? json_string(own) : message_value(api, f);
	if (f->enumeration)
		return json_string(*own ? own : f->enumeration->values[0].json);
	switch (f->proto->type) {
	case TYPE(STRING): return text_example(api, f);
	case TYPE(BYTES):
		if (!f->opt->json)
			return json_string("AAEC");
		return *own ? json_loads(own, JSON_DECODE_ANY, NULL) : json_object();
	case TYPE(BOOL): return json_boolean(strcmp(own, "true") == 0);
	case TYPE(DOUBLE):
	case TYPE(FLOAT): return json_real(1.5);
	case TYPE(INT32):
	case TYPE(UINT32):
	case TYPE(SINT32):
	case TYPE(FIXED32):
	case TYPE(SFIXED32): return number_example(f, false);
	default: return number_example(f, true);
	}
}

json_t *example_field(struct openapi *api, const struct pg_field *f)
{
	json_t *list;

	if (f->is_map)
		return json_pack("{s:o}", "key", value_example(api, &f->message->fields[1]));
	if (!f->repeated)
		return value_example(api, f);
	list = json_array();
	for (uint32_t i = 0; (i == 0 && !f->opt->can_be_absent) || i < f->opt->min_items; i++)
		json_array_append_new(list, value_example(api, f));
	return list;
}

/* Has a field before this one set their common oneof? */
static bool is_excluded(const struct pg_message *message, size_t index)
{
	const Google__Protobuf__FieldDescriptorProto *f = message->fields[index].proto;

	for (size_t i = 0; i < index && f->has_oneof_index; i++)
		if (message->fields[i].proto->has_oneof_index &&
		    message->fields[i].proto->oneof_index == f->oneof_index)
			return true;
	return false;
}

/* An answer shows empty texts and lists; a request, and an absent message, leave them out. */
static bool is_shown(const struct openapi *api, const struct pg_field *f)
{
	return !f->opt->can_be_absent || *f->opt->example ||
	       (!api->in_request && (f->repeated || !f->message));
}

json_t *example_message(struct openapi *api, const struct pg_message *message,
			bool (*leave_out)(const struct pg_field *, const void *), const void *arg)
{
	json_t *object = json_object();

	for (size_t i = 0; i < message->n_fields; i++) {
		const struct pg_field *f = &message->fields[i];

		if (is_shown(api, f) && !is_excluded(message, i) &&
		    (api->in_request || !field_is_hidden(f)) && (!leave_out || !leave_out(f, arg)))
			json_object_set_new(object, f->json_name, example_field(api, f));
	}
	return object;
}
