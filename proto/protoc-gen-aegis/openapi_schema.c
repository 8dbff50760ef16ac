/* Schemas of messages and fields (JSON Schema 2020-12 as OpenAPI 3.1 uses it). */
#include "lint.h"
#include "openapi.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

const char *schema_name(const struct openapi *api, const char *full_name)
{
	struct str rest = str_of(full_name), part;
	struct strbuf out = strbuf_new(api->model->arena);

	while (rest.len) {
		part = str_take_until(&rest, '.');
		if (str_eq_c(part, "aegis") || (part.len == 2 && part.ptr[0] == 'v'))
			continue;
		strbuf_printf(&out, "%s" STR_FMT, out.len ? "." : "", STR_ARG(part));
	}
	return out.ptr;
}

static json_t *ref_to(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", name));
}

/* The enum in a sentence, and below it a list with a line for each word. */
static json_t *enum_description(struct openapi *api, const struct pg_enum *e)
{
	struct strbuf out = strbuf_new(api->model->arena);

	strbuf_printf(&out, "%s\n", e->comment ? e->comment : "");
	for (size_t i = 0; i < e->n_values; i++)
		strbuf_printf(&out, "\n- `%s`: %s", e->values[i].json,
			      e->values[i].comment ? e->values[i].comment : "");
	return json_stringn(out.ptr, out.len);
}

static json_t *enum_ref(struct openapi *api, const struct pg_enum *e)
{
	const char *name = schema_name(api, e->full_name);

	if (!json_object_get(api->schemas, name)) {
		json_t *values = json_array();

		for (size_t i = 0; i < e->n_values; i++)
			json_array_append_new(values, json_string(e->values[i].json));
		json_object_set_new(api->schemas, name,
				    json_pack("{s:s, s:o, s:o}", "type", "string", "description",
					      enum_description(api, e), "enum", values));
	}
	return ref_to(name);
}

static json_t *well_known_schema(enum pb_well_known kind)
{
	switch (kind) {
	case PB_WK_TIMESTAMP:
		return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
	case PB_WK_DURATION:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
				 "^-?[0-9]+(\\.[0-9]{1,9})?s$");
	case PB_WK_FIELD_MASK: return json_pack("{s:s}", "type", "string");
	default: return json_pack("{s:s, s:b}", "type", "object", "additionalProperties", 0);
	}
}

static void add_form(json_t *schema, const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	const char *format = f->uuid	? "uuid"
			     : o->email ? "email"
			     : o->date	? "date"
			     : o->uri	? "uri"
					: NULL;

	/* A day or an object that is not known is an empty text. */
	if ((o->date && !f->required) || (f->uuid && o->can_be_absent))
		json_object_set_new(schema, "anyOf",
				    json_pack("[{s:s}, {s:i}]", "format", format, "maxLength", 0));
	else if (format)
		json_object_set_new(schema, "format", json_string(format));
	if (*o->pattern)
		json_object_set_new(schema, "pattern", json_sprintf("^%s$", o->pattern));
	if (o->n_in) {
		json_t *values = json_array();

		for (size_t i = 0; i < o->n_in; i++)
			json_array_append_new(values, json_string(o->in[i]));
		json_object_set_new(schema, "enum", values);
	}
}

static json_t *text_schema(const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	json_t *schema = json_pack("{s:s}", "type", "string");
	json_int_t least = o->min_len ? o->min_len : (f->required && !f->repeated ? 1u : 0u);

	if (least && !f->uuid && !o->date)
		json_object_set_new(schema, "minLength", json_integer(least));
	if (!f->uuid && !o->date)
		json_object_set_new(schema, "maxLength",
				    json_integer(o->max_len ? o->max_len : 1024));
	add_form(schema, f);
	return schema;
}

static json_t *integer_schema(const struct pg_field *f, bool is_unsigned)
{
	const Opt__Field *o = f->opt;
	json_t *schema = json_pack("{s:s, s:s}", "type", "integer", "format", "int32");

	if (o->_min_case == OPT__FIELD___MIN_MIN)
		json_object_set_new(schema, "minimum", json_integer(o->min));
	else if (is_unsigned)
		json_object_set_new(schema, "minimum", json_integer(0));
	if (o->_max_case == OPT__FIELD___MAX_MAX)
		json_object_set_new(schema, "maximum", json_integer(o->max));
	return schema;
}

/* Any JSON value; a document of a format with a schema of its own says where the schema is. */
static json_t *json_value_schema(const Opt__Field *o)
{
	if (!*o->json_schema)
		return json_object();
	return json_pack("{s:{s:s, s:o}}", "externalDocs", "description",
			 "The JSON Schema of the document", "url",
			 json_sprintf("/docs/%s.schema.json", o->json_schema));
}

static json_t *value_schema(struct openapi *api, const struct pg_field *f)
{
	if (f->message)
		return f->message->well_known == PB_WK_NONE
			       ? schema_ref(api, f->message)
			       : well_known_schema(f->message->well_known);
	if (f->enumeration)
		return enum_ref(api, f->enumeration);
	switch (f->proto->type) {
	case TYPE(STRING): return text_schema(f);
	case TYPE(BYTES):
		if (f->opt->json)
			return json_value_schema(f->opt);
		return json_pack("{s:s, s:s}", "type", "string", "contentEncoding", "base64");
	case TYPE(BOOL): return json_pack("{s:s}", "type", "boolean");
	case TYPE(DOUBLE):
	case TYPE(FLOAT): return json_pack("{s:s}", "type", "number");
	case TYPE(INT32):
	case TYPE(SINT32):
	case TYPE(SFIXED32): return integer_schema(f, false);
	case TYPE(UINT32):
	case TYPE(FIXED32): return integer_schema(f, true);
	case TYPE(UINT64):
	case TYPE(FIXED64):
		return json_pack("{s:s, s:s, s:s}", "type", "string", "format", "uint64", "pattern",
				 "^[0-9]+$");
	default:
		return json_pack("{s:s, s:s, s:s}", "type", "string", "format", "int64", "pattern",
				 "^-?[0-9]+$");
	}
}

static json_t *list_schema(const struct pg_field *f, json_t *items)
{
	const Opt__Field *o = f->opt;
	json_t *schema = json_pack("{s:s, s:o}", "type", "array", "items", items);
	json_int_t least = o->min_items ? o->min_items : (f->required ? 1u : 0u);

	if (least)
		json_object_set_new(schema, "minItems", json_integer(least));
	json_object_set_new(schema, "maxItems", json_integer(o->max_items ? o->max_items : 1000));
	return schema;
}

static void add_kinds(json_t *schema, const Opt__Field *o)
{
	json_t *kinds = json_array();

	for (size_t i = 0; i < o->n_refers; i++)
		json_array_append_new(kinds, json_string(o->refers[i]));
	if (o->n_refers)
		json_object_set(schema, "x-aegis-resource", kinds);
	json_decref(kinds);
}

json_t *schema_field(struct openapi *api, const struct pg_field *f)
{
	static const char *const sensitivities[] = {NULL, "phi", "pii", "secret"};
	const char *description = f->comment ? f->comment : common_description(f->proto->name);
	json_t *schema;

	if (f->is_map)
		schema = json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
				   value_schema(api, &f->message->fields[1]));
	else if (f->repeated)
		schema = list_schema(f, value_schema(api, f));
	else
		schema = value_schema(api, f);
	if (description)
		json_object_set_new(schema, "description", json_string(description));
	if (*f->opt->example)
		json_object_set_new(schema, "examples", json_pack("[o]", example_field(api, f)));
	if (f->opt->sensitivity)
		json_object_set_new(schema, "x-sensitivity",
				    json_string(sensitivities[f->opt->sensitivity]));
	add_kinds(schema, f->opt);
	return schema;
}

/*
 * Answers contain every member, defaults too, except where there is a difference between a default
 * and nothing: messages that can be absent, members of a oneof, empty raw JSON.
 */
static bool is_always_there(const struct pg_field *f)
{
	if (f->repeated)
		return true;
	return !f->in_oneof && !f->opt->json && !(f->message && f->opt->can_be_absent);
}

static bool is_required(const struct openapi *api, const struct pg_field *f)
{
	if (api->in_request)
		return f->required;
	return !field_is_hidden(f) && is_always_there(f);
}

/* Who gives a resource's member its value. */
static void add_direction(json_t *schema, const struct pg_message *message,
			  const struct pg_field *f)
{
	if (!message->resource)
		return;
	if (f->write == OPT__WRITE__INPUT_ONLY)
		json_object_set_new(schema, "writeOnly", json_true());
	else if (!field_is_written(f, PB_BODY_CREATE) && !field_is_written(f, PB_BODY_UPDATE))
		json_object_set_new(schema, "readOnly", json_true());
}

json_t *schema_object(struct openapi *api, const struct pg_message *message,
		      bool (*leave_out)(const struct pg_field *, const void *), const void *arg)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *schema = json_pack("{s:s}", "type", "object"), *property;

	if (message->comment)
		json_object_set_new(schema, "description", json_string(message->comment));
	for (size_t i = 0; i < message->n_fields; i++) {
		const struct pg_field *f = &message->fields[i];

		if (leave_out && leave_out(f, arg))
			continue;
		property = schema_field(api, f);
		if (!api->in_request)
			add_direction(property, message, f);
		json_object_set_new(properties, f->json_name, property);
		if (is_required(api, f))
			json_array_append_new(required, json_string(f->json_name));
	}
	json_object_set_new(schema, "properties", properties);
	if (json_array_size(required))
		json_object_set(schema, "required", required);
	json_decref(required);
	json_object_set_new(schema, "additionalProperties", json_false());
	return schema;
}

json_t *schema_ref(struct openapi *api, const struct pg_message *message)
{
	const char *name =
		arena_printf(api->model->arena, "%s%s", schema_name(api, message->full_name),
			     api->in_request ? "Input" : "");

	/* A request need not have what an answer always has: the same message is two schemas. */
	if (!json_object_get(api->schemas, name)) {
		json_object_set_new(api->schemas, name, json_object());
		json_object_set_new(api->schemas, name, schema_object(api, message, NULL, NULL));
	}
	return ref_to(name);
}

bool not_in_create(const struct pg_field *f, const void *arg)
{
	(void)arg;
	return !field_is_written(f, PB_BODY_CREATE);
}

bool not_in_update(const struct pg_field *f, const void *arg)
{
	(void)arg;
	return !field_is_written(f, PB_BODY_UPDATE);
}

/* As pbjson takes null in PATCH: for what can be without a value. */
static bool can_be_cleared(const struct pg_field *f)
{
	if (f->repeated)
		return false;
	return f->in_oneof || f->message || (f->proto->type == TYPE(STRING) && !f->required);
}

/* PATCH needs no member, and null clears. */
static void loosen(json_t *schema, const struct pg_message *message)
{
	json_t *properties = json_object_get(schema, "properties"), *property;

	json_object_del(schema, "required");
	for (size_t i = 0; i < message->n_fields; i++) {
		property = json_object_get(properties, message->fields[i].json_name);
		if (property && can_be_cleared(&message->fields[i]))
			json_object_set_new(
				properties, message->fields[i].json_name,
				json_pack("{s:[O, {s:s}]}", "anyOf", property, "type", "null"));
	}
}

json_t *schema_body(struct openapi *api, const struct pg_field *part, bool is_patch)
{
	bool create = part->body == PB_BODY_CREATE;
	const char *name =
		arena_printf(api->model->arena, "%s%s", schema_name(api, part->message->full_name),
			     create ? "Create" : "Update");
	json_t *schema;

	if (!json_object_get(api->schemas, name)) {
		schema = schema_object(api, part->message, create ? not_in_create : not_in_update,
				       NULL);
		if (is_patch)
			loosen(schema, part->message);
		json_object_set_new(api->schemas, name, schema);
	}
	return ref_to(name);
}
