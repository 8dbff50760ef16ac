#include "svc/kit/secrets.h"

#include "pbjson/pb_info.h"

static void blank_messages(const struct pb_info *info, const ProtobufCFieldDescriptor *field,
			   void *member, size_t n)
{
	ProtobufCMessage **items = field->label == PROTOBUF_C_LABEL_REPEATED
					   ? *(ProtobufCMessage ***)member
					   : (ProtobufCMessage **)member;

	for (size_t i = 0; i < n; i++)
		if (items[i])
			pb_blank_secrets(info, items[i]);
}

static void blank_field(const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
	char *member = (char *)message + field->offset;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		*(size_t *)((char *)message + field->quantifier_offset) = 0;
	else if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		*(uint32_t *)((char *)message + field->quantifier_offset) = 0;
	else if (field->type == PROTOBUF_C_TYPE_STRING)
		*(const char **)member = "";
	else if (field->type == PROTOBUF_C_TYPE_BYTES)
		*(ProtobufCBinaryData *)member = (ProtobufCBinaryData){};
	else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		*(ProtobufCMessage **)member = NULL;
}

void pb_blank_secrets(const struct pb_info *info, ProtobufCMessage *message)
{
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		const char *quantifier = (char *)message + field->quantifier_offset;
		bool chosen = !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
			      *(const uint32_t *)quantifier == field->id;
		size_t n =
			field->label == PROTOBUF_C_LABEL_REPEATED ? *(const size_t *)quantifier : 1;

		if (!chosen)
			continue;
		if (info->fields[i].sensitivity == PB_SECRET)
			blank_field(field, message);
		else if (field->type == PROTOBUF_C_TYPE_MESSAGE && info->fields[i].message)
			blank_messages(info->fields[i].message, field,
				       (char *)message + field->offset, n);
	}
}
