#include "model.h"

/*
 * protobuf-c keeps the length in front of an unknown LEN field's payload; it
 * must come off before the payload is unpacked.
 */
static struct str payload(const ProtobufCMessageUnknownField *field)
{
	size_t skip = 0;

	if (field->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
		while (skip < field->len && (field->data[skip] & 0x80))
			skip++;
		skip++;
	}
	if (skip > field->len)
		skip = field->len;
	return (struct str){(const char *)field->data + skip, field->len - skip};
}

static void *allocate(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void keep(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

ProtobufCMessage *option_unpack(struct pg_model *model, const ProtobufCMessage *options,
				uint32_t number, const ProtobufCMessageDescriptor *type)
{
	struct strbuf bytes = strbuf_new(model->arena);
	ProtobufCAllocator in_arena = {allocate, keep, model->arena};
	ProtobufCMessage *message;
	bool found = false;

	if (!options)
		return NULL;
	/* A later occurrence merges into an earlier one, which is what concatenation means. */
	for (unsigned i = 0; i < options->n_unknown_fields; i++) {
		if (options->unknown_fields[i].tag != number)
			continue;
		found = true;
		strbuf_add_str(&bytes, payload(&options->unknown_fields[i]));
	}
	if (!found)
		return NULL;
	message = protobuf_c_message_unpack(type, &in_arena, bytes.len, (const uint8_t *)bytes.ptr);
	if (!message)
		model_fail(model, "option %u cannot be read as %s", number, type->name);
	return message;
}

int option_varint(const ProtobufCMessage *options, uint32_t number)
{
	int value = 0;

	for (unsigned i = 0; options && i < options->n_unknown_fields; i++) {
		const ProtobufCMessageUnknownField *field = &options->unknown_fields[i];

		if (field->tag == number && field->len == 1)
			value = field->data[0];
	}
	return value;
}
