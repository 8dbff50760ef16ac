#include "contract/contract.h"

#include <google/protobuf/duration.pb-c.h>
#include <google/protobuf/timestamp.pb-c.h>
#include <protobuf-c/protobuf-c.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "contract/mask.h"
#include "contract/method.h"
#include "contract/pattern.h"
#include "contract/text.h"
#include "pbjson/pbjson.h"

#define PATH_MAX_BYTES	     256
#define MESSAGE_MAX	     512
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

static void __attribute__((format(printf, 3, 4)))
violated_with(struct walk *walk, const char *reason, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	violated(walk, reason, message);
}

/* ", but is "x"": a protected value is not repeated. */
static const char *but_is(const struct walk *walk, const struct pb_field_info *info,
			  struct str text)
{
	return info->sensitivity == PB_PLAIN ? arena_printf(walk->errs->arena, ", but is %s",
							    pbjson_echo(walk->errs->arena, text))
					     : "";
}

static const char *but(const struct walk *walk, const struct pb_field_info *info, const char *verb,
		       int64_t n)
{
	return info->sensitivity == PB_PLAIN
		       ? arena_printf(walk->errs->arena, ", but %s %lld", verb, (long long)n)
		       : "";
}

static const char *names_of(const struct walk *walk, const char *const *in)
{
	struct strbuf out = strbuf_new(walk->errs->arena);

	for (size_t i = 0; in[i]; i++)
		strbuf_printf(&out, "%s%s", i ? ", " : "", in[i]);
	return out.ptr;
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

static void check_form(struct walk *walk, const struct pb_field_info *info, struct str text)
{
	const struct pb_rule *rule = info->rule;
	struct uuid id;
	date_days day;

	if (rule->uuid && !uuid_parse(text, &id))
		violated_with(walk, "NOT_UUID",
			      "must be a UUID like 0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a%s",
			      but_is(walk, info, text));
	if (rule->email && !text_is_email(text))
		violated(walk, "NOT_EMAIL", "must be an e-mail address like ann@acme.example");
	if (rule->date && !date_parse(text, &day))
		violated_with(walk, "NOT_DATE", "must be a day like 2026-03-01%s",
			      but_is(walk, info, text));
	if (rule->uri && !text_is_uri(text))
		violated_with(walk, "NOT_URI",
			      "must be an absolute http or https URL like "
			      "https://acme.example/data.csv%s",
			      but_is(walk, info, text));
	if (rule->name && !text_is_name(text))
		violated(walk, "NOT_A_NAME", "must be one line without a web or mail address");
	if (rule->pattern && !field_pattern_matches(rule->pattern, text))
		violated_with(walk, "PATTERN", "must have the form %s%s", rule->pattern,
			      but_is(walk, info, text));
	if (rule->in && !is_one_of(rule->in, text))
		violated_with(walk, "NOT_ALLOWED", "must be one of %s%s", names_of(walk, rule->in),
			      but_is(walk, info, text));
}

/* unit: "characters" or "bytes". How long a protected value is, is not repeated. */
static void check_length(struct walk *walk, const struct pb_field_info *info, size_t len,
			 const char *unit)
{
	if (len > info->rule->max_len)
		violated_with(walk, "TOO_LONG", "must have at most %u %s%s", info->rule->max_len,
			      unit, but(walk, info, "has", (int64_t)len));
	else if (len < info->rule->min_len)
		violated_with(walk, "TOO_SHORT", "must have at least %u %s%s", info->rule->min_len,
			      unit, but(walk, info, "has", (int64_t)len));
}

static void check_string(struct walk *walk, const struct pb_field_info *info, const char **value,
			 bool present)
{
	const struct pb_rule *rule = info->rule;
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
	check_length(walk, info, utf8_length(text.ptr, text.len), "characters");
	check_form(walk, info, text);
}

static void check_bytes(struct walk *walk, const struct pb_field_info *info,
			const ProtobufCBinaryData *value)
{
	if (value->len == 0) {
		check_required(walk, info->rule);
	} else if (info->raw_json) {
		if (value->len > info->raw_json_max)
			violated_with(walk, "TOO_LONG",
				      "must have at most %u bytes as JSON without white space",
				      info->raw_json_max);
	} else {
		check_length(walk, info, value->len, "bytes");
	}
}

static void check_number(struct walk *walk, const struct pb_field_info *info, int64_t value)
{
	const struct pb_rule *rule = info->rule;

	if (rule->has_min && value < rule->min)
		violated_with(walk, "TOO_SMALL", "must be at least %lld%s", (long long)rule->min,
			      but(walk, info, "is", value));
	if (rule->has_max && value > rule->max)
		violated_with(walk, "TOO_LARGE", "must be at most %lld%s", (long long)rule->max,
			      but(walk, info, "is", value));
}

static void check_enum(struct walk *walk, const ProtobufCFieldDescriptor *field,
		       const struct pb_field_info *info, int value)
{
	if (!protobuf_c_enum_descriptor_get_value(field->descriptor, value))
		violated_with(walk, "NOT_ALLOWED", "must be one of %s, but is %d",
			      pbjson_enum_names(walk->errs->arena, info->enumeration), value);
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
	case PROTOBUF_C_TYPE_STRING: check_string(walk, info, value, present); break;
	case PROTOBUF_C_TYPE_BYTES: check_bytes(walk, info, value); break;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (*(ProtobufCMessage **)value)
			check_message(walk, info->message, *(ProtobufCMessage **)value);
		else
			check_required(walk, info->rule);
		break;
	case PROTOBUF_C_TYPE_ENUM: check_enum(walk, field, info, *(int *)value); break;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32: check_number(walk, info, *(int32_t *)value); break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: check_number(walk, info, *(uint32_t *)value); break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: check_number(walk, info, *(int64_t *)value); break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		check_number(walk, info,
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
		violated_with(walk, "TOO_FEW", "must have at least %u item%s, but has %zu", least,
			      least == 1 ? "" : "s", n);
	if (n > info->rule->max_items) {
		violated_with(walk, "TOO_MANY", "must have at most %u item%s, but has %zu",
			      info->rule->max_items, info->rule->max_items == 1 ? "" : "s", n);
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
	return walk.found ? FAIL(INVALID_FIELDS) : OK;
}
