#include "emit.h"

void add_literal(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_printf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20 || *text == '?')
			strbuf_printf(out, "\\%03o", (unsigned char)*text);
		else
			strbuf_add_char(out, *text);
	}
	strbuf_add_char(out, '"');
}

void add_banner(struct strbuf *out, const char *source)
{
	strbuf_printf(out, "/* Written by protoc-gen-aegis from %s: edit that. */\n", source);
}

static void add_rule(struct strbuf *out, const struct pg_message *m, const struct pg_field *f)
{
	const Opt__Field *o = f->opt;
	const char *id = f->proto->name;

	if (o->n_in) {
		strbuf_printf(out, "static const char *const %s__%s__in[] = {", m->c_lower, id);
		for (size_t i = 0; i < o->n_in; i++) {
			add_literal(out, o->in[i]);
			strbuf_add_c(out, ", ");
		}
		strbuf_add_c(out, "NULL};\n");
	}
	strbuf_printf(out, "static const struct pb_rule %s__%s__rule = {", m->c_lower, id);
	strbuf_printf(out,
		      ".required = %d, .uuid = %d, .email = %d, .date = %d, .uri = %d, .name = %d, "
		      ".trim = %d, ",
		      f->required, f->uuid, o->email, o->date, o->uri, o->name, o->trim);
	if (o->_min_case == OPT__FIELD___MIN_MIN)
		strbuf_printf(out, ".has_min = 1, .min = %lldLL, ", (long long)o->min);
	if (o->_max_case == OPT__FIELD___MAX_MAX)
		strbuf_printf(out, ".has_max = 1, .max = %lldLL, ", (long long)o->max);
	strbuf_printf(out, ".min_len = %u, .max_len = %u, .min_items = %u, .max_items = %u",
		      o->min_len, o->max_len ? o->max_len : 1024, o->min_items,
		      o->max_items ? o->max_items : 1000);
	if (*o->pattern) {
		strbuf_add_c(out, ", .pattern = ");
		add_literal(out, o->pattern);
	}
	if (o->n_in)
		strbuf_printf(out, ", .in = %s__%s__in", m->c_lower, id);
	strbuf_add_c(out, "};\n");
}

/* How a resource's member may be written, or which rpc the resource is the body of. */
static void add_write(struct strbuf *out, const struct pg_message *m, const struct pg_field *f)
{
	static const char *const bodies[] = {"PB_BODY_NONE", "PB_BODY_CREATE", "PB_BODY_UPDATE"};

	if (f->body)
		strbuf_printf(out, ", .body = %s", bodies[f->body]);
	if (m->resource && field_is_written(f, PB_BODY_CREATE))
		strbuf_add_c(out, ", .in_create = 1");
	if (m->resource && field_is_written(f, PB_BODY_UPDATE))
		strbuf_add_c(out, ", .in_update = 1");
	if (m->resource && field_is_hidden(f))
		strbuf_add_c(out, ", .is_hidden = 1");
}

/* The places of the members that identify the object. */
static void add_ids(struct strbuf *out, const struct pg_message *m)
{
	strbuf_printf(out, "static const unsigned %s__ids[] = {", m->c_lower);
	for (size_t k = 0; k < m->resource->n_id; k++)
		strbuf_printf(out, "%td, ", find_field(m, str_of(m->resource->id[k])) - m->fields);
	strbuf_add_c(out, "};\n");
}

/* Members by their place among the fields, which protobuf-c has in the same order. */
static void add_resource(struct strbuf *out, const struct pg_message *m)
{
	if (!m->resource)
		return;
	strbuf_add_c(out, ", .kind = ");
	add_literal(out, m->resource->name);
	if (m->resource->n_id)
		strbuf_printf(out, ", .ids = %s__ids, .n_ids = %zu", m->c_lower, m->resource->n_id);
	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].is_version)
			strbuf_printf(out, ", .has_version = 1, .version = %zu", i);
}

static void add_field(struct strbuf *out, const struct pg_message *m, const struct pg_field *f)
{
	static const char *const sensitivities[] = {"PB_PLAIN", "PB_PHI", "PB_PII", "PB_SECRET"};
	unsigned s = (unsigned)f->opt->sensitivity;

	strbuf_add_c(out, "\t{.json_name = ");
	add_literal(out, f->json_name);
	if (f->message)
		strbuf_printf(out, ", .message = &%s__info", f->message->c_lower);
	if (f->enumeration)
		strbuf_printf(out, ", .enumeration = &%s__enum_info", f->enumeration->c_lower);
	strbuf_printf(out, ", .sensitivity = %s", sensitivities[s < 4 ? s : 0]);
	if (f->opt->json)
		strbuf_printf(out, ", .raw_json = 1, .raw_json_max = %u",
			      f->opt->json_max_bytes ? f->opt->json_max_bytes : 65536);
	add_write(out, m, f);
	strbuf_printf(out, ", .max_items = %u, .is_map = %d, .rule = &%s__%s__rule},\n",
		      f->opt->max_items ? f->opt->max_items : 1000, f->is_map, m->c_lower,
		      f->proto->name);
}

static void add_message_info(struct strbuf *out, const struct pg_message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		add_rule(out, m, &m->fields[i]);
	if (m->n_fields)
		strbuf_printf(out, "static const struct pb_field_info %s__fields[] = {\n",
			      m->c_lower);
	for (size_t i = 0; i < m->n_fields; i++)
		add_field(out, m, &m->fields[i]);
	if (m->n_fields)
		strbuf_add_c(out, "};\n");
	if (m->resource && m->resource->n_id)
		add_ids(out, m);
	strbuf_printf(out, "const struct pb_info %s__info = {.full_name = ", m->c_lower);
	add_literal(out, m->full_name);
	strbuf_printf(out, ", .descriptor = &%s__descriptor", m->c_lower);
	if (m->n_fields)
		strbuf_printf(out, ", .fields = %s__fields", m->c_lower);
	add_resource(out, m);
	strbuf_add_c(out, "};\n\n");
}

/* protobuf-c lists an enum's values by number, each number once: so do the names here. */
static void add_enum_info(struct strbuf *out, const struct pg_enum *e)
{
	strbuf_printf(out, "static const char *const %s__json[] = {", e->c_lower);
	for (size_t i = 0; i < e->n_values; i++) {
		if (i && e->values[i].number == e->values[i - 1].number)
			continue;
		add_literal(out, e->values[i].json);
		strbuf_add_c(out, ", ");
	}
	strbuf_printf(out,
		      "};\nconst struct pb_enum_info %s__enum_info = {.descriptor = "
		      "&%s__descriptor, .json_names = %s__json};\n\n",
		      e->c_lower, e->c_lower, e->c_lower);
}

static bool is_enum_of(const struct pg_enum *e, const struct pg_file *file)
{
	size_t len = strlen(file->package);

	return strncmp(e->full_name, file->package, len) == 0 && e->full_name[len] == '.';
}

void emit_infos(const struct pg_model *model, const struct pg_file *file, struct strbuf *out)
{
	for (size_t i = 0; i < model->n_enums; i++)
		if (is_enum_of(&model->enums[i], file))
			add_enum_info(out, &model->enums[i]);
	for (size_t i = 0; i < model->n_messages; i++)
		if (model->messages[i].file == file)
			add_message_info(out, &model->messages[i]);
}

static void declare_infos(const struct pg_model *model, const struct pg_file *file,
			  struct strbuf *out)
{
	for (size_t i = 0; i < model->n_enums; i++)
		if (is_enum_of(&model->enums[i], file))
			strbuf_printf(out, "extern const struct pb_enum_info %s__enum_info;\n",
				      model->enums[i].c_lower);
	for (size_t i = 0; i < model->n_messages; i++)
		if (model->messages[i].file == file)
			strbuf_printf(out, "extern const struct pb_info %s__info;\n",
				      model->messages[i].c_lower);
}

static void declare_service(const struct pg_service *s, struct strbuf *out)
{
	strbuf_printf(out, "\nextern const struct rpc_service %s_service;\n", s->daemon);
	strbuf_add_c(out, "\n/* Handlers, one file each in the daemon's rpc/. */\n");
	for (size_t i = 0; i < s->n_methods; i++) {
		const struct pg_method *m = &s->methods[i];

		strbuf_printf(
			out,
			"struct status %s_%s(struct rpc_call *call, const %s *req,\n\t%s *resp);\n",
			s->daemon, m->snake, m->input->c_type, m->output->c_type);
	}
	strbuf_printf(out, "extern const struct rpc_handler_table %s_handlers;\n", s->daemon);
	strbuf_add_c(out,
		     "\n/* Calls from another daemon; the response lives in call->arena. */\n");
	for (size_t i = 0; i < s->n_methods; i++) {
		const struct pg_method *m = &s->methods[i];

		strbuf_printf(out,
			      "struct status call_%s_%s(struct rpc_call *call, const %s "
			      "*req,\n\t%s **resp);\n",
			      s->daemon, m->snake, m->input->c_type, m->output->c_type);
	}
}

void emit_header(const struct pg_model *model, const struct pg_file *file, struct strbuf *out)
{
	strbuf_add_c(out, "#pragma once\n\n");
	add_banner(out, file->path);
	for (size_t i = 0; i < file->proto->n_dependency; i++) {
		const char *dep = file->proto->dependency[i];
		size_t len = strlen(dep);

		if (strncmp(dep, "aegis/", 6) == 0 && !strstr(dep, "/options/"))
			strbuf_printf(out, "#include <%.*s.aegis.h>\n", (int)len - 6, dep);
	}
	strbuf_printf(out,
		      "#include <%s.pb-c.h>\n\n#include \"contract/wkt_info.h\"\n"
		      "#include \"pbjson/pb_info.h\"\n#include \"contract/method.h\"\n#include "
		      "\"contract/topic.h\"\n\n",
		      file->stem);
	declare_infos(model, file, out);
	for (size_t i = 0; i < file->n_services; i++)
		declare_service(&file->services[i], out);
}
