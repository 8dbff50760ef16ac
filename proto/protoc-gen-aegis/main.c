/*
 * A protoc plugin: reads a CodeGeneratorRequest on standard input, writes a
 * CodeGeneratorResponse on standard output.  Parameters, separated by commas:
 *
 *   gateway         the outputs over all services instead of those of each file
 *   manifest=<dir>  the lists that the contract is checked against (proto/manifest)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "emit.h"
#include "lint.h"

#define MAX_FILES 256

struct outputs {
	struct arena *arena;
	Google__Protobuf__Compiler__CodeGeneratorResponse__File *list[MAX_FILES];
	size_t n;
};

static void add_output(struct outputs *outputs, char *name, struct strbuf *content)
{
	Google__Protobuf__Compiler__CodeGeneratorResponse__File *file =
		arena_alloc(outputs->arena, sizeof *file);

	if (outputs->n == MAX_FILES)
		abort();
	google__protobuf__compiler__code_generator_response__file__init(file);
	file->name = name;
	file->content = content->ptr;
	outputs->list[outputs->n++] = file;
}

static void add_file_outputs(struct outputs *outputs, const struct pg_model *model,
			     const struct pg_file *file)
{
	struct arena *arena = outputs->arena;
	struct strbuf header = strbuf_new(arena), tables = strbuf_new(arena);
	struct strbuf client = strbuf_new(arena), server = strbuf_new(arena);

	emit_header(model, file, &header);
	emit_tables(model, file, &tables);
	add_output(outputs, arena_printf(arena, "%s.aegis.h", file->stem), &header);
	add_output(outputs, arena_printf(arena, "%s.aegis.c", file->stem), &tables);
	if (file->n_services == 0)
		return;
	emit_client(file, &client);
	emit_server(file, &server);
	add_output(outputs, arena_printf(arena, "%s.client.c", file->stem), &client);
	add_output(outputs, arena_printf(arena, "%s.server.c", file->stem), &server);
}

struct parameters {
	bool gateway;
	const char *manifest; /* NULL when not given */
};

static struct parameters parameters_of(struct pg_model *model, const char *text)
{
	struct parameters p = {};
	struct str rest = str_of(text ? text : "");

	while (rest.len) {
		struct str word = str_take_until(&rest, ',');

		if (str_eq_c(word, "gateway"))
			p.gateway = true;
		else if (str_has_prefix(word, "manifest="))
			p.manifest = arena_strndup(model->arena, word.ptr + 9, word.len - 9);
		else
			model_fail(model, "unknown parameter '" STR_FMT "'", STR_ARG(word));
	}
	return p;
}

static void add_whole_outputs(struct outputs *outputs, struct pg_model *model,
			      const struct manifest *manifest)
{
	struct arena *arena = outputs->arena;
	struct strbuf routes = strbuf_new(arena), openapi = strbuf_new(arena);
	struct strbuf embedded = strbuf_new(arena), tables = strbuf_new(arena);
	struct strbuf reference = strbuf_new(arena), actions = strbuf_new(arena);

	emit_routes(model, &routes);
	add_output(outputs, arena_strdup(arena, "gateway/routes.c"), &routes);
	if (!manifest)
		return;
	emit_openapi(model, manifest, &openapi);
	emit_embedded("gw_openapi", strbuf_str(&openapi), &embedded);
	emit_manifest(model, manifest, &tables);
	emit_reference(model, manifest, &reference);
	emit_actions(model, manifest, &actions);
	add_output(outputs, arena_strdup(arena, "gateway/openapi.json"), &openapi);
	add_output(outputs, arena_strdup(arena, "gateway/openapi.c"), &embedded);
	add_output(outputs, arena_strdup(arena, "gateway/manifest.c"), &tables);
	add_output(outputs, arena_strdup(arena, "gateway/actions.c"), &actions);
	add_output(outputs, arena_strdup(arena, "gateway/reference.md"), &reference);
}

/* Checks everything, then writes everything; model->error says why nothing was written. */
static void generate(struct outputs *outputs, struct pg_model *model, const char *parameter)
{
	struct parameters p = parameters_of(model, parameter);
	struct manifest *manifest = NULL;

	if (p.manifest && !model->error)
		manifest = manifest_read(model, p.manifest);
	if (!model->error)
		lint_model(model, manifest);
	if (p.gateway && !model->error)
		lint_whole(model, manifest);
	if (model->error)
		return;
	if (p.gateway) {
		add_whole_outputs(outputs, model, manifest);
		return;
	}
	for (size_t i = 0; i < model->n_files; i++)
		if (model->files[i].generate)
			add_file_outputs(outputs, model, &model->files[i]);
}

static struct str read_all(struct arena *arena, FILE *in)
{
	struct strbuf buf = strbuf_new(arena);
	char block[65536];
	size_t n;

	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&buf, block, n);
	return strbuf_str(&buf);
}

static int respond(struct outputs *outputs, const char *error)
{
	Google__Protobuf__Compiler__CodeGeneratorResponse response =
		GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__INIT;
	uint8_t *bytes;
	size_t len;

	response.error = (char *)error;
	response.has_supported_features = true;
	response.supported_features =
		GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__FEATURE__FEATURE_PROTO3_OPTIONAL;
	if (!error) {
		response.n_file = outputs->n;
		response.file = outputs->list;
	}
	len = google__protobuf__compiler__code_generator_response__get_packed_size(&response);
	bytes = arena_alloc(outputs->arena, len);
	google__protobuf__compiler__code_generator_response__pack(&response, bytes);
	return fwrite(bytes, 1, len, stdout) == len && fflush(stdout) == 0 ? 0 : 1;
}

int main(void)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct outputs outputs = {.arena = arena};
	struct str input = read_all(arena, stdin);
	Google__Protobuf__Compiler__CodeGeneratorRequest *request =
		google__protobuf__compiler__code_generator_request__unpack(
			NULL, input.len, (const uint8_t *)input.ptr);
	struct pg_model *model;
	int status;

	if (!request) {
		fputs("protoc-gen-aegis: standard input is not a CodeGeneratorRequest\n", stderr);
		return 1;
	}
	model = model_new(arena, request);
	if (!model->error)
		generate(&outputs, model, request->parameter);
	status = respond(&outputs, model->error);
	google__protobuf__compiler__code_generator_request__free_unpacked(request, NULL);
	arena_free(&arena);
	return status;
}
