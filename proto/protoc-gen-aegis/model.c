#include "model.h"
#include "base/fnv1a.h"

#include <stdio.h>
#include <stdlib.h>

#define OPTION_HTTP	 72295728
#define OPTION_RULE	 51001
#define OPTION_FIELD	 51002
#define OPTION_ENUM_JSON 51003
#define OPTION_TOPIC	 51004
#define OPTION_RESOURCE	 51005
#define OPTION_WRITE	 51006
#define OPTION_PB_C_FILE 1019
#define PB_C_PACKAGE	 6

void model_fail(struct pg_model *model, const char *fmt, ...)
{
	va_list ap;

	if (model->error)
		return;
	va_start(ap, fmt);
	model->error = arena_vprintf(model->arena, fmt, ap);
	va_end(ap);
}

/* c_package of (pb_c_file), read by hand: protobuf-c does not generate its own options. */
static const char *c_package_of(struct pg_model *model,
				const Google__Protobuf__FileOptions *options, const char *package)
{
	for (unsigned i = 0; options && i < options->base.n_unknown_fields; i++) {
		const ProtobufCMessageUnknownField *field = &options->base.unknown_fields[i];
		const uint8_t *p = field->data, *end = field->data + field->len;

		if (field->tag != OPTION_PB_C_FILE || field->len < 2)
			continue;
		for (p++; p + 1 < end;) {
			uint8_t tag = *p++;

			if (tag == (PB_C_PACKAGE << 3 | 2))
				return arena_strndup(model->arena, (const char *)p + 1, *p);
			p += (tag & 7) == 2 ? *p + 1u : 1u;
		}
	}
	return package;
}

static enum pb_well_known well_known(const char *full_name)
{
	static const struct {
		const char *name;
		enum pb_well_known kind;
	} known[] = {
		{"google.protobuf.Timestamp", PB_WK_TIMESTAMP},
		{"google.protobuf.Duration", PB_WK_DURATION},
		{"google.protobuf.FieldMask", PB_WK_FIELD_MASK},
		{"google.protobuf.Empty", PB_WK_EMPTY},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, full_name) == 0)
			return known[i].kind;
	return PB_WK_NONE;
}

/* Counting pass and filling pass are one walk: the arrays grow by one. */
static void *append(struct pg_model *model, void **array, size_t *n, size_t size)
{
	char *grown = arena_grow(model->arena, *array, *n * size, (*n + 1) * size);

	*array = grown;
	memset(grown + *n * size, 0, size);
	return grown + (*n)++ * size;
}

static int by_number(const void *a, const void *b)
{
	const struct pg_enum_value *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* path names the enum in the file's comments; it has room for two numbers more. */
static void add_enum(struct pg_model *model, const struct pg_file *file, const char *scope,
		     const Google__Protobuf__EnumDescriptorProto *proto, int32_t *path, size_t n)
{
	struct arena *arena = model->arena;
	struct pg_enum *e = append(model, (void **)&model->enums, &model->n_enums, sizeof *e);
	const char *local = arena_printf(arena, "%s%s", scope, proto->name);

	e->proto = proto;
	e->full_name = arena_printf(arena, "%s.%s", file->package, local);
	e->c_lower = c_name(arena, file->c_package, local, true);
	e->comment = comment_at(model, file->proto, path, n);
	e->values = arena_array_of(arena, struct pg_enum_value, proto->n_value);
	for (size_t i = 0; i < proto->n_value; i++) {
		const Google__Protobuf__EnumValueOptions *options = proto->value[i]->options;
		struct pg_enum_value *value = &e->values[e->n_values++];

		value->name = value->json = proto->value[i]->name;
		value->number = proto->value[i]->number;
		path[n] = 2;
		path[n + 1] = (int32_t)i;
		value->comment = comment_at(model, file->proto, path, n + 2);
		for (unsigned k = 0; options && k < options->base.n_unknown_fields; k++) {
			const ProtobufCMessageUnknownField *f = &options->base.unknown_fields[k];

			if (f->tag == OPTION_ENUM_JSON && f->len > 1)
				value->json =
					arena_strndup(arena, (const char *)f->data + 1, f->len - 1);
		}
	}
	qsort(e->values, e->n_values, sizeof *e->values, by_number);
}

static void add_message(struct pg_model *model, const struct pg_file *file, const char *scope,
			const Google__Protobuf__DescriptorProto *proto, int32_t index)
{
	struct arena *arena = model->arena;
	const char *local = arena_printf(arena, "%s%s", scope, proto->name);
	const char *inner = arena_printf(arena, "%s.", local);
	struct pg_message *m =
		append(model, (void **)&model->messages, &model->n_messages, sizeof *m);

	m->proto = proto;
	m->file = file;
	m->full_name = arena_printf(arena, "%s.%s", file->package, local);
	m->c_type = c_name(arena, file->c_package, local, false);
	m->c_lower = c_name(arena, file->c_package, local, true);
	m->well_known = well_known(m->full_name);
	m->is_map_entry = proto->options && proto->options->map_entry;
	m->comment = index < 0 ? NULL : comment_at(model, file->proto, (int32_t[]){4, index}, 2);
	m->topic = (const Opt__Topic *)option_unpack(model,
						     proto->options ? &proto->options->base : NULL,
						     OPTION_TOPIC, &opt__topic__descriptor);
	m->resource = (const Opt__Resource *)option_unpack(
		model, proto->options ? &proto->options->base : NULL, OPTION_RESOURCE,
		&opt__resource__descriptor);
	for (size_t i = 0; i < proto->n_enum_type; i++)
		add_enum(model, file, inner, proto->enum_type[i],
			 (int32_t[6]){4, index, 4, (int32_t)i}, 4);
	for (size_t i = 0; i < proto->n_nested_type; i++)
		add_message(model, file, inner, proto->nested_type[i], -1);
}

static const struct pg_message *find_message(struct pg_model *model, const char *type)
{
	for (size_t i = 0; i < model->n_messages; i++)
		if (strcmp(model->messages[i].full_name, type + 1) == 0)
			return &model->messages[i];
	model_fail(model, "message %s is not known", type);
	return NULL;
}

static const struct pg_enum *find_enum(struct pg_model *model, const char *type)
{
	for (size_t i = 0; i < model->n_enums; i++)
		if (strcmp(model->enums[i].full_name, type + 1) == 0)
			return &model->enums[i];
	model_fail(model, "enum %s is not known", type);
	return NULL;
}

static int by_field_number(const void *a, const void *b)
{
	const struct pg_field *x = a, *y = b;

	return x->proto->number - y->proto->number;
}

static int32_t index_of(const struct pg_message *m)
{
	for (size_t i = 0; i < m->file->proto->n_message_type; i++)
		if (m->file->proto->message_type[i] == m->proto)
			return (int32_t)i;
	return -1;
}

static void resolve_field(struct pg_model *model, const struct pg_message *m, struct pg_field *f,
			  int32_t index)
{
	static const Opt__Field no_options = OPT__FIELD__INIT;
	const Google__Protobuf__FieldDescriptorProto *proto = m->proto->field[index];
	int32_t path[] = {4, index_of(m), 2, index};

	f->proto = proto;
	f->repeated =
		proto->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
	f->in_oneof = proto->has_oneof_index;
	f->json_name = proto->json_name && *proto->json_name
			       ? proto->json_name
			       : json_name_of(model->arena, proto->name);
	f->comment = path[1] < 0 ? NULL : comment_at(model, m->file->proto, path, 4);
	f->opt = (const Opt__Field *)option_unpack(model,
						   proto->options ? &proto->options->base : NULL,
						   OPTION_FIELD, &opt__field__descriptor);
	if (!f->opt)
		f->opt = &no_options;
	f->write = (Opt__Write)option_varint(proto->options ? &proto->options->base : NULL,
					     OPTION_WRITE);
	if (proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE)
		f->message = find_message(model, proto->type_name);
	if (proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_ENUM)
		f->enumeration = find_enum(model, proto->type_name);
	f->is_map = f->repeated && f->message && f->message->is_map_entry;
}

static void resolve_message(struct pg_model *model, struct pg_message *m)
{
	m->n_fields = m->proto->n_field;
	m->fields = arena_array_of(model->arena, struct pg_field, m->n_fields + 1);
	for (size_t i = 0; i < m->n_fields; i++)
		resolve_field(model, m, &m->fields[i], (int32_t)i);
	qsort(m->fields, m->n_fields, sizeof *m->fields, by_field_number);
}

static struct pg_binding binding_of(const Google__Api__HttpRule *rule)
{
	struct pg_binding b = {.body = rule->body ? rule->body : "",
			       .response_body = rule->response_body ? rule->response_body : ""};

	switch (rule->pattern_case) {
	case GOOGLE__API__HTTP_RULE__PATTERN_GET: b.verb = "GET", b.pattern = rule->get; break;
	case GOOGLE__API__HTTP_RULE__PATTERN_PUT: b.verb = "PUT", b.pattern = rule->put; break;
	case GOOGLE__API__HTTP_RULE__PATTERN_POST: b.verb = "POST", b.pattern = rule->post; break;
	case GOOGLE__API__HTTP_RULE__PATTERN_DELETE:
		b.verb = "DELETE", b.pattern = rule->delete_;
		break;
	case GOOGLE__API__HTTP_RULE__PATTERN_PATCH:
		b.verb = "PATCH", b.pattern = rule->patch;
		break;
	default: b.verb = b.pattern = ""; break;
	}
	return b;
}

static void resolve_bindings(struct pg_model *model, struct pg_method *method,
			     const ProtobufCMessage *options)
{
	const Google__Api__HttpRule *http = (const Google__Api__HttpRule *)option_unpack(
		model, options, OPTION_HTTP, &google__api__http_rule__descriptor);

	if (!http)
		return;
	method->n_bindings = 1 + http->n_additional_bindings;
	method->bindings = arena_array_of(model->arena, struct pg_binding, method->n_bindings);
	method->bindings[0] = binding_of(http);
	for (size_t i = 0; i < http->n_additional_bindings; i++)
		method->bindings[i + 1] = binding_of(http->additional_bindings[i]);
}

static void resolve_service(struct pg_model *model, struct pg_file *file, size_t index)
{
	const Google__Protobuf__ServiceDescriptorProto *proto = file->proto->service[index];
	struct pg_service *s = &file->services[index];
	struct str package = str_of(file->package);

	str_take_until(&package, '.');
	s->file = file;
	s->daemon = str_dup(model->arena, str_take_until(&package, '.'));
	s->full_name = arena_printf(model->arena, "%s.%s", file->package, proto->name);
	s->comment = comment_at(model, file->proto, (int32_t[]){6, (int32_t)index}, 2);
	s->n_methods = proto->n_method;
	s->methods = arena_array_of(model->arena, struct pg_method, proto->n_method + 1);
	for (size_t i = 0; i < proto->n_method; i++) {
		static const Opt__Rule no_rule = OPT__RULE__INIT;
		const Google__Protobuf__MethodDescriptorProto *m = proto->method[i];
		const ProtobufCMessage *options = m->options ? &m->options->base : NULL;
		struct pg_method *method = &s->methods[i];

		method->proto = m;
		method->service = s;
		method->name = m->name;
		method->snake = camel_to_snake(model->arena, m->name);
		method->full_name = arena_printf(model->arena, "%s/%s", s->full_name, m->name);
		method->comment = comment_at(model, file->proto,
					     (int32_t[]){6, (int32_t)index, 2, (int32_t)i}, 4);
		method->id = fnv1a_32(method->full_name, strlen(method->full_name));
		method->input = find_message(model, m->input_type);
		method->output = find_message(model, m->output_type);
		method->rule = (const Opt__Rule *)option_unpack(model, options, OPTION_RULE,
								&opt__rule__descriptor);
		if (!method->rule)
			method->rule = &no_rule;
		resolve_bindings(model, method, options);
	}
}

static void add_file(struct pg_model *model, struct pg_file *file,
		     const Google__Protobuf__FileDescriptorProto *proto)
{
	size_t len = strlen(proto->name);

	file->proto = proto;
	file->path = proto->name;
	file->stem = arena_strndup(model->arena, proto->name, len > 6 ? len - 6 : len);
	file->package = proto->package ? proto->package : "";
	file->c_package = c_package_of(model, proto->options, file->package);
	file->n_services = proto->n_service;
	file->services = arena_array_of(model->arena, struct pg_service, proto->n_service + 1);
	for (size_t i = 0; i < proto->n_enum_type; i++)
		add_enum(model, file, "", proto->enum_type[i], (int32_t[4]){5, (int32_t)i}, 2);
	for (size_t i = 0; i < proto->n_message_type; i++)
		add_message(model, file, "", proto->message_type[i], (int32_t)i);
}

struct pg_model *model_new(struct arena *arena,
			   const Google__Protobuf__Compiler__CodeGeneratorRequest *request)
{
	struct pg_model *model = arena_new_of(arena, struct pg_model);

	model->arena = arena;
	model->n_files = request->n_proto_file;
	model->files = arena_array_of(arena, struct pg_file, model->n_files + 1);
	for (size_t i = 0; i < model->n_files; i++) {
		add_file(model, &model->files[i], request->proto_file[i]);
		for (size_t k = 0; k < request->n_file_to_generate; k++)
			if (strcmp(request->file_to_generate[k], model->files[i].path) == 0)
				model->files[i].generate = true;
	}
	for (size_t i = 0; i < model->n_messages && !model->error; i++)
		resolve_message(model, &model->messages[i]);
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t k = 0; k < model->files[i].n_services && !model->error; k++)
			resolve_service(model, &model->files[i], k);
	if (!model->error)
		model_resources(model);
	return model;
}

bool message_has(const struct pg_message *message, Opt__Sensitivity sensitivity)
{
	for (size_t i = 0; i < message->n_fields; i++) {
		const struct pg_field *f = &message->fields[i];

		if (f->opt->sensitivity == sensitivity)
			return true;
		if (f->message && f->message != message && message_has(f->message, sensitivity))
			return true;
	}
	return false;
}
