#include "emit.h"

/* "{id}" gives its variable, "programs" itself; *rest moves behind the next slash. */
static void add_segment(struct strbuf *out, struct str segment)
{
	bool variable = segment.len > 2 && segment.ptr[0] == '{';

	if (variable)
		segment = (struct str){segment.ptr + 1, segment.len - 2};
	strbuf_printf(out, "{%s, \"" STR_FMT "\"}, ", variable ? "ROUTE_VARIABLE" : "ROUTE_LITERAL",
		      STR_ARG(segment));
}

/* The verb behind the last colon, outside braces; empty when there is none. */
static struct str custom_verb(struct str *pattern)
{
	for (size_t i = pattern->len; i > 0 && pattern->ptr[i - 1] != '/'; i--) {
		if (pattern->ptr[i - 1] == '}')
			break;
		if (pattern->ptr[i - 1] == ':') {
			struct str verb = {pattern->ptr + i, pattern->len - i};

			pattern->len = i - 1;
			return verb;
		}
	}
	return (struct str){};
}

static void add_route(struct strbuf *segments, struct strbuf *routes, const struct pg_method *m,
		      const struct pg_binding *b, size_t number, size_t method_index)
{
	struct str path = str_of(b->pattern);
	struct str verb = custom_verb(&path);
	size_t n = 0;

	strbuf_printf(segments, "static const struct route_segment segments_%zu[] = {", number);
	str_take_until(&path, '/');
	while (path.len) {
		add_segment(segments, str_take_until(&path, '/'));
		n++;
	}
	strbuf_add_c(segments, "};\n");
	strbuf_printf(routes,
		      "\t{.verb = HTTP_%s, .pattern = \"%s\", .segments = segments_%zu, "
		      ".n_segments = %zu,\n",
		      b->verb, b->pattern, number, n);
	if (verb.len)
		strbuf_printf(routes, "\t\t.custom_verb = \"" STR_FMT "\",\n", STR_ARG(verb));
	if (*b->body)
		strbuf_printf(routes, "\t\t.body = \"%s\", .body_max = %zu,\n", b->body,
			      body_max_of(m, b));
	if (*b->response_body)
		strbuf_printf(routes, "\t\t.response_body = \"%s\",\n", b->response_body);
	strbuf_printf(routes, "\t\t.service = &%s_service, .method_index = %zu},\n",
		      m->service->daemon, method_index);
}

void emit_routes(const struct pg_model *model, struct strbuf *out)
{
	struct strbuf segments = strbuf_new(model->arena), routes = strbuf_new(model->arena);
	size_t number = 0;

	add_banner(out, "the services' .proto files");
	for (size_t i = 0; i < model->n_files; i++) {
		const struct pg_file *file = &model->files[i];

		if (!file->generate || !file->n_services)
			continue;
		strbuf_printf(out, "#include <%s.aegis.h>\n", file->stem);
		for (size_t s = 0; s < file->n_services; s++)
			for (size_t m = 0; m < file->services[s].n_methods; m++)
				for (size_t b = 0; b < file->services[s].methods[m].n_bindings; b++)
					add_route(&segments, &routes, &file->services[s].methods[m],
						  &file->services[s].methods[m].bindings[b],
						  number++, m);
	}
	strbuf_add_c(out, "\n#include \"contract/route.h\"\n\n");
	strbuf_add_str(out, strbuf_str(&segments));
	strbuf_add_c(out, "\nconst struct gw_route gw_routes[] = {\n");
	strbuf_add_str(out, strbuf_str(&routes));
	strbuf_printf(out, "};\nconst size_t gw_n_routes = %zu;\n", number);
}
