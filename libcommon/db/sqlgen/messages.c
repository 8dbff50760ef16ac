/* The contract's messages, from the descriptor set that protoc wrote. */
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"
#include "model.h"

static void *allocate(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void keep(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

const struct pg_model *gen_read_model(struct arena *arena, const char *path)
{
	struct str bytes = gen_read(arena, path);
	ProtobufCAllocator in_arena = {allocate, keep, arena};
	Google__Protobuf__Compiler__CodeGeneratorRequest request =
		GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_REQUEST__INIT;
	Google__Protobuf__FileDescriptorSet *set = google__protobuf__file_descriptor_set__unpack(
		&in_arena, bytes.len, (const uint8_t *)bytes.ptr);
	const struct pg_model *model;

	if (!set) {
		fprintf(stderr, "%s: no descriptor set\n", path);
		exit(1);
	}
	/* What protoc tells its plugins, without one. */
	request.n_proto_file = set->n_file;
	request.proto_file = set->file;
	model = model_new(arena, &request);
	if (model->error) {
		fprintf(stderr, "%s: %s\n", path, model->error);
		exit(1);
	}
	return model;
}
