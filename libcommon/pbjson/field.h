#pragma once

/*
 * Where protobuf-c keeps a field in the C struct of its message, and finding
 * one by name.  Internal to pbjson.
 */
#include <assert.h>

#include "pbjson/pbjson.h"

static inline void *field_member(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	return (char *)(uintptr_t)msg + field->offset;
}

/* The number of items of a repeated field. */
static inline size_t *field_count(const ProtobufCMessage *msg,
				  const ProtobufCFieldDescriptor *field)
{
	return (size_t *)(void *)((char *)(uintptr_t)msg + field->quantifier_offset);
}

/* Which member of its oneof is set: a field number, 0 for none. */
static inline uint32_t *field_case(const ProtobufCMessage *msg,
				   const ProtobufCFieldDescriptor *field)
{
	return (uint32_t *)(void *)((char *)(uintptr_t)msg + field->quantifier_offset);
}

static inline bool field_in_oneof(const ProtobufCFieldDescriptor *field)
{
	return field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
}

static inline bool field_is_repeated(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED;
}

/* proto2's has_x exists. */
static inline bool field_has_flag(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_OPTIONAL && !field_in_oneof(field) &&
	       field->quantifier_offset != 0;
}

static inline protobuf_c_boolean *field_flag(const ProtobufCMessage *msg,
					     const ProtobufCFieldDescriptor *field)
{
	return (protobuf_c_boolean *)(void *)((char *)(uintptr_t)msg + field->quantifier_offset);
}

/* After a singular field was stored: its oneof case or has_x follows. */
static inline void field_mark_set(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	if (field_in_oneof(field))
		*field_case(msg, field) = field->id;
	else if (field_has_flag(field))
		*field_flag(msg, field) = 1;
}

/* Bytes that one value of the type takes in a struct or array. */
size_t field_value_size(ProtobufCType type);

/* The index of the field with this JSON or proto name, -1 if there is none; hint is tried first. */
int field_find(const struct pb_info *info, struct str name, unsigned hint);
