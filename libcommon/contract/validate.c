#include "contract/contract.h"

#include <string.h>

#include "base/str.h"
#include "contract/mask.h"
#include "contract/method.h"
#include "contract/validate_part.h"
#include "pbjson/pbjson.h"

static void check_message(struct walk *walk, const struct pb_info *info,
			  const ProtobufCMessage *msg);

/* One value of the field, be it alone or an element; present is false for a bare proto3 default. */
static void check_value(struct walk *walk, const ProtobufCFieldDescriptor *field,
			const struct pb_field_info *info, void *value, bool present)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: validate_string(walk, info, value, present); break;
	case PROTOBUF_C_TYPE_BYTES: validate_bytes(walk, info, value); break;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (*(ProtobufCMessage **)value)
			check_message(walk, info->message, *(ProtobufCMessage **)value);
		else
			validate_required(walk, info->rule);
		break;
	case PROTOBUF_C_TYPE_ENUM: validate_enum(walk, field, info, *(int *)value); break;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32: validate_number(walk, info, *(int32_t *)value); break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: validate_number(walk, info, *(uint32_t *)value); break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: validate_number(walk, info, *(int64_t *)value); break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		validate_number(walk, info,
				*(uint64_t *)value > INT64_MAX ? INT64_MAX
							       : (int64_t) * (uint64_t *)value);
		break;
	default: break;
	}
}

static size_t element_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE: return 8;
	default: return 4;
	}
}

static void check_list(struct walk *walk, const ProtobufCFieldDescriptor *field,
		       const struct pb_field_info *info, const char *base)
{
	size_t n = *(const size_t *)(base + field->quantifier_offset);
	char *items = *(char *const *)(base + field->offset);
	uint32_t least =
		info->rule->min_items ? info->rule->min_items : (info->rule->required ? 1 : 0);

	if (n == 0 && walk->may_lack)
		return;
	if (n < least)
		walk_violated_with(walk, "TOO_FEW", "must have at least %u item%s, but has %zu",
				   least, least == 1 ? "" : "s", n);
	if (n > info->rule->max_items) {
		walk_violated_with(walk, "TOO_MANY", "must have at most %u item%s, but has %zu",
				   info->rule->max_items, info->rule->max_items == 1 ? "" : "s", n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t old = walk_push(walk, NULL, i, true);

		check_value(walk, field, info, items + i * element_size(field->type), true);
		walk_pop(walk, old);
	}
}

static void check_field(struct walk *walk, const ProtobufCFieldDescriptor *field,
			const struct pb_field_info *info, const char *base)
{
	bool in_oneof = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		check_list(walk, field, info, base);
		return;
	}
	if (in_oneof && *(const uint32_t *)(base + field->quantifier_offset) != field->id) {
		validate_required(walk, info->rule);
		return;
	}
	check_value(walk, field, info, (char *)base + field->offset, in_oneof);
}

/* Has the field a value other than proto3's default? */
static bool is_given(const ProtobufCFieldDescriptor *field, const char *base)
{
	static const char zero[8];
	const void *member = base + field->offset;

	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		return *(const uint32_t *)(base + field->quantifier_offset) == field->id;
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return *(const size_t *)(base + field->quantifier_offset) > 0;
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: return **(const char *const *)member;
	case PROTOBUF_C_TYPE_BYTES: return ((const ProtobufCBinaryData *)member)->len > 0;
	default: return memcmp(member, zero, element_size(field->type)) != 0;
	}
}

static bool is_writable(const struct pb_field_info *member, enum pb_body body)
{
	return body == PB_BODY_CREATE ? member->in_create : member->in_update;
}

static void refuse_member(struct walk *walk, const struct pb_field_info *member)
{
	if (member->in_create)
		walk_violated(walk, "CREATE_ONLY", PB_CREATE_ONLY_TEXT);
	else if (member->in_update)
		walk_violated(walk, "UPDATE_ONLY", PB_UPDATE_ONLY_TEXT);
	else
		walk_violated(walk, "READ_ONLY", PB_READ_ONLY_TEXT);
}

/* Every path of the mask is a member that may be changed. */
static void check_mask(struct walk *walk, const struct pb_info *info,
		       const Google__Protobuf__FieldMask *mask)
{
	for (size_t i = 0; mask && i < mask->n_paths; i++) {
		unsigned k = 0;
		size_t old;

		while (k < info->descriptor->n_fields &&
		       strcmp(info->descriptor->fields[k].name, mask->paths[i]) != 0)
			k++;
		old = walk_push(walk,
				k < info->descriptor->n_fields ? info->fields[k].json_name
							       : mask->paths[i],
				0, false);
		if (k == info->descriptor->n_fields)
			walk_violated(walk, "UNKNOWN_FIELD", "is not a member that can be changed");
		else if (!info->fields[k].in_update)
			refuse_member(walk, &info->fields[k]);
		walk_pop(walk, old);
	}
}

static void check_members(struct walk *walk, const struct pb_field_info *resource,
			  const ProtobufCMessage *msg, const Google__Protobuf__FieldMask *mask)
{
	const struct pb_info *info = resource->message;

	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &info->descriptor->fields[i];
		const struct pb_field_info *member = &info->fields[i];
		size_t old = walk_push(walk, member->json_name, 0, false);

		if (is_writable(member, resource->body)) {
			walk->may_lack = mask && !mask_has(mask, field->name);
			check_field(walk, field, member, (const char *)msg);
			walk->may_lack = false;
		} else if (is_given(field, (const char *)msg) &&
			   !(mask && mask_has(mask, field->name))) {
			refuse_member(walk, member);
		}
		walk_pop(walk, old);
	}
	check_mask(walk, info, mask);
}

static const Google__Protobuf__FieldMask *mask_of(const struct pb_info *info,
						  const ProtobufCMessage *msg)
{
	for (unsigned i = 0; i < info->descriptor->n_fields; i++)
		if (info->fields[i].message &&
		    info->fields[i].message->well_known == PB_WK_FIELD_MASK)
			return *(Google__Protobuf__FieldMask *const
					 *)(const void *)((const char *)msg +
							  info->descriptor->fields[i].offset);
	return NULL;
}

/* A request's field that is a resource to create or to change. */
static void check_resource(struct walk *walk, const struct pb_info *request, unsigned i,
			   const ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *field = &request->descriptor->fields[i];
	const ProtobufCMessage *resource =
		*(ProtobufCMessage *const *)(const void *)((const char *)msg + field->offset);

	if (resource)
		check_members(walk, &request->fields[i], resource, mask_of(request, msg));
	else
		validate_required(walk, request->fields[i].rule);
}

static void check_message(struct walk *walk, const struct pb_info *info,
			  const ProtobufCMessage *msg)
{
	bool may_lack = walk->may_lack;

	if (info->well_known == PB_WK_TIMESTAMP)
		validate_timestamp(walk, (const Google__Protobuf__Timestamp *)msg);
	if (info->well_known == PB_WK_DURATION)
		validate_duration(walk, (const Google__Protobuf__Duration *)msg);
	if (info->well_known != PB_WK_NONE)
		return;
	walk->may_lack = false;
	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &info->descriptor->fields[i];
		size_t old = walk_push(walk, info->fields[i].json_name, 0, false);

		if (info->fields[i].body)
			check_resource(walk, info, i, msg);
		else
			check_field(walk, field, &info->fields[i], (const char *)msg);
		walk_pop(walk, old);
	}
	walk->may_lack = may_lack;
}

struct status contract_validate(const struct pb_info *info, const struct ProtobufCMessage *msg,
				struct field_errors *errs)
{
	struct walk walk = {.errs = errs};

	check_message(&walk, info, msg);
	return walk.found ? FAIL(INVALID_FIELDS) : OK;
}
