#include "contract/contract.h"

#include <google/protobuf/duration.pb-c.h>
#include <google/protobuf/timestamp.pb-c.h>
#include <protobuf-c/protobuf-c.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/uuid.h"
#include "contract/mask.h"
#include "contract/method.h"
#include "contract/pattern.h"
#include "contract/text.h"
#include "pbjson/pb_info.h"

#define PATH_MAX_BYTES	     256
#define NANOS		     1000000000
#define DURATION_SECONDS_MAX 315576000000 /* as google.protobuf.Duration allows */

/* The place in the message, as a JSON path that grows and shrinks with the walk. */
struct walk {
	struct field_errors *errs;
	char path[PATH_MAX_BYTES];
	size_t len;
	size_t found;
	bool may_lack; /* the member at hand is not named by the update_mask: it keeps its value */
};

static size_t path_push(struct walk *walk, const char *name, size_t index, bool indexed)
{
	size_t old = walk->len;
	int n;

	if (indexed)
		n = snprintf(walk->path + old, sizeof walk->path - old, "[%zu]", index);
	else
		n = snprintf(walk->path + old, sizeof walk->path - old, "%s%s", old ? "." : "",
			     name);
	walk->len = old + (size_t)n < sizeof walk->path ? old + (size_t)n : sizeof walk->path - 1;
	return old;
}

static void path_pop(struct walk *walk, size_t old)
{
	walk->len = old;
	walk->path[old] = '\0';
}

static void violated(struct walk *walk, const char *reason, const char *message)
{
	walk->found++;
	field_errors_add(walk->errs, walk->path, reason, message);
}

static void violated_limit(struct walk *walk, const char *reason, const char *what, int64_t limit)
{
	char message[96];

	snprintf(message, sizeof message, "%s %lld", what, (long long)limit);
	violated(walk, reason, message);
}

static void check_required(struct walk *walk, const struct pb_rule *rule)
{
	if (rule->required && !walk->may_lack)
		violated(walk, "REQUIRED", "is required");
}

static bool is_one_of(const char *const *in, struct str text)
{
	for (; *in; in++)
		if (str_eq_c(text, *in))
			return true;
	return false;
}

static void check_form(struct walk *walk, const struct pb_rule *rule, struct str text)
{
	struct uuid id;
	date_days day;

	if (rule->uuid && !uuid_parse(text, &id))
		violated(walk, "NOT_UUID", "must be a UUID");
	if (rule->email && !text_is_email(text))
		violated(walk, "NOT_EMAIL", "must be an e-mail address");
	if (rule->date && !date_parse(text, &day))
		violated(walk, "NOT_DATE", "must be a date, YYYY-MM-DD");
	if (rule->uri && !text_is_uri(text))
		violated(walk, "NOT_URI", "must be an absolute http or https URL");
	if (rule->name && !text_is_name(text))
		violated(walk, "NOT_A_NAME", "must be one line without a web or mail address");
	if (rule->pattern && !field_pattern_matches(rule->pattern, text))
		violated(walk, "PATTERN", "does not have the form this field needs");
	if (rule->in && !is_one_of(rule->in, text))
		violated(walk, "NOT_ALLOWED", "is not one of the allowed values");
}

static void check_length(struct walk *walk, const struct pb_rule *rule, size_t len)
{
	if (len > rule->max_len)
		violated_limit(walk, "TOO_LONG", "is longer than", rule->max_len);
	else if (len < rule->min_len)
		violated_limit(walk, "TOO_SHORT", "is shorter than", rule->min_len);
}

static void check_string(struct walk *walk, const struct pb_rule *rule, const char **value,
			 bool present)
{
	struct str text = str_of(*value);

	if (rule->trim && text.len) {
		text = str_trim(text);
		/* The message is the caller's own and lives in its arena. */
		((char *)text.ptr)[text.len] = '\0';
		*value = text.ptr;
	}
	if (text.len == 0 && !(present && rule->min_len)) {
		check_required(walk, rule);
		return;
	}
	check_length(walk, rule, utf8_length(text.ptr, text.len));
	check_form(walk, rule, text);
}

static void check_bytes(struct walk *walk, const struct pb_field_info *info,
			const ProtobufCBinaryData *value)
{
	if (value->len == 0) {
		check_required(walk, info->rule);
	} else if (info->raw_json) {
		if (value->len > info->raw_json_max)
			violated_limit(walk, "TOO_LONG", "has more bytes than", info->raw_json_max);
	} else {
		check_length(walk, info->rule, value->len);
	}
}

static void check_number(struct walk *walk, const struct pb_rule *rule, int64_t value)
{
	if (rule->has_min && value < rule->min)
		violated_limit(walk, "TOO_SMALL", "must be at least", rule->min);
	if (rule->has_max && value > rule->max)
		violated_limit(walk, "TOO_LARGE", "must be at most", rule->max);
}

static void check_enum(struct walk *walk, const ProtobufCFieldDescriptor *field, int value)
{
	if (!protobuf_c_enum_descriptor_get_value(field->descriptor, value))
		violated(walk, "NOT_ALLOWED", "is not one of the allowed values");
}

static void check_timestamp(struct walk *walk, const Google__Protobuf__Timestamp *t)
{
	if (t->seconds < INSTANT_MIN / SECONDS(1) || t->seconds > INSTANT_MAX / SECONDS(1) ||
	    t->nanos < 0 || t->nanos >= NANOS)
		violated(walk, "NOT_TIMESTAMP", "must lie in the years 1 to 9999");
}

static void check_duration(struct walk *walk, const Google__Protobuf__Duration *d)
{
	bool mixed = (d->seconds < 0 && d->nanos > 0) || (d->seconds > 0 && d->nanos < 0);

	if (mixed || d->seconds < -DURATION_SECONDS_MAX || d->seconds > DURATION_SECONDS_MAX ||
	    d->nanos <= -NANOS || d->nanos >= NANOS)
		violated(walk, "NOT_DURATION", "must be a duration of at most 10,000 years");
}

static void check_message(struct walk *walk, const struct pb_info *info,
			  const ProtobufCMessage *msg);

/* One value of the field, be it alone or an element; present is false for a bare proto3 default. */
static void check_value(struct walk *walk, const ProtobufCFieldDescriptor *field,
			const struct pb_field_info *info, void *value, bool present)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: check_string(walk, info->rule, value, present); break;
	case PROTOBUF_C_TYPE_BYTES: check_bytes(walk, info, value); break;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (*(ProtobufCMessage **)value)
			check_message(walk, info->message, *(ProtobufCMessage **)value);
		else
			check_required(walk, info->rule);
		break;
	case PROTOBUF_C_TYPE_ENUM: check_enum(walk, field, *(int *)value); break;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32: check_number(walk, info->rule, *(int32_t *)value); break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: check_number(walk, info->rule, *(uint32_t *)value); break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: check_number(walk, info->rule, *(int64_t *)value); break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		check_number(walk, info->rule,
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

	if (n == 0 && walk->may_lack)
		return;
	if (n < info->rule->min_items || (n == 0 && info->rule->required))
		violated_limit(walk, "TOO_FEW", "must have at least this many items:",
			       info->rule->min_items ? info->rule->min_items : 1);
	if (n > info->rule->max_items) {
		violated_limit(walk, "TOO_MANY", "has more items than", info->rule->max_items);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t old = path_push(walk, NULL, i, true);

		check_value(walk, field, info, items + i * element_size(field->type), true);
		path_pop(walk, old);
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
		check_required(walk, info->rule);
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
		violated(walk, "CREATE_ONLY", PB_CREATE_ONLY_TEXT);
	else if (member->in_update)
		violated(walk, "UPDATE_ONLY", PB_UPDATE_ONLY_TEXT);
	else
		violated(walk, "READ_ONLY", PB_READ_ONLY_TEXT);
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
		old = path_push(walk,
				k < info->descriptor->n_fields ? info->fields[k].json_name
							       : mask->paths[i],
				0, false);
		if (k == info->descriptor->n_fields)
			violated(walk, "UNKNOWN_FIELD", "is not a member that can be changed");
		else if (!info->fields[k].in_update)
			refuse_member(walk, &info->fields[k]);
		path_pop(walk, old);
	}
}

static void check_members(struct walk *walk, const struct pb_field_info *resource,
			  const ProtobufCMessage *msg, const Google__Protobuf__FieldMask *mask)
{
	const struct pb_info *info = resource->message;

	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &info->descriptor->fields[i];
		const struct pb_field_info *member = &info->fields[i];
		size_t old = path_push(walk, member->json_name, 0, false);

		if (is_writable(member, resource->body)) {
			walk->may_lack = mask && !mask_has(mask, field->name);
			check_field(walk, field, member, (const char *)msg);
			walk->may_lack = false;
		} else if (is_given(field, (const char *)msg) &&
			   !(mask && mask_has(mask, field->name))) {
			refuse_member(walk, member);
		}
		path_pop(walk, old);
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
		check_required(walk, request->fields[i].rule);
}

static void check_message(struct walk *walk, const struct pb_info *info,
			  const ProtobufCMessage *msg)
{
	bool may_lack = walk->may_lack;

	if (info->well_known == PB_WK_TIMESTAMP)
		check_timestamp(walk, (const Google__Protobuf__Timestamp *)msg);
	if (info->well_known == PB_WK_DURATION)
		check_duration(walk, (const Google__Protobuf__Duration *)msg);
	if (info->well_known != PB_WK_NONE)
		return;
	walk->may_lack = false;
	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &info->descriptor->fields[i];
		size_t old = path_push(walk, info->fields[i].json_name, 0, false);

		if (info->fields[i].body)
			check_resource(walk, info, i, msg);
		else
			check_field(walk, field, &info->fields[i], (const char *)msg);
		path_pop(walk, old);
	}
	walk->may_lack = may_lack;
}

struct status contract_validate(const struct pb_info *info, const struct ProtobufCMessage *msg,
				struct field_errors *errs)
{
	struct walk walk = {.errs = errs};

	check_message(&walk, info, msg);
	return walk.found ? FAIL(INVALID_ARGUMENT, "INVALID_FIELDS") : OK;
}
