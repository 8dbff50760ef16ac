/*
 * The generated tables of every service's requests and responses: they fit the
 * descriptors, random messages survive, and what is marked sensitive stays out
 * of a log line.
 */
#include <criterion/criterion.h>
#include <ctype.h>

#include "contract/services.h"
#include "pbjson/field.h"
#include "pbjson/pbjson.h"
#include "pbjson/random.h"

#define CANARY "CANARY-7f3a"

typedef void visit_fn(struct arena *arena, const struct pb_info *info);

static size_t for_each_message(visit_fn *visit)
{
	struct arena *arena = arena_new(1 << 24);
	size_t n = 0;

	for (size_t s = 0; s < n_all_services; s++) {
		for (size_t m = 0; m < all_services[s]->n_methods; m++) {
			visit(arena, all_services[s]->methods[m].request);
			visit(arena, all_services[s]->methods[m].response);
			arena_reset(arena, false);
			n += 2;
		}
	}
	arena_free(&arena);
	return n;
}

/* patient_name is patientName, as protoc makes JSON names. */
static bool is_camel_of(const char *json, const char *proto)
{
	for (; *proto; proto++) {
		bool up = *proto == '_';

		proto += up;
		if (*json++ != (up ? (char)toupper((unsigned char)*proto) : *proto))
			return false;
	}
	return *json == '\0';
}

static void check_enum(const ProtobufCFieldDescriptor *field, const struct pb_enum_info *info)
{
	const ProtobufCEnumDescriptor *descriptor = field->descriptor;

	cr_assert_not_null(info, "%s", field->name);
	cr_expect_eq(info->descriptor, descriptor);
	for (unsigned i = 0; i < descriptor->n_values; i++)
		cr_expect(info->json_names[i] && islower((unsigned char)info->json_names[i][0]),
			  "%s", descriptor->values[i].name);
}

static void check_table(struct arena *arena, const struct pb_info *info)
{
	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &info->descriptor->fields[i];
		const struct pb_field_info *f = &info->fields[i];

		cr_expect(is_camel_of(f->json_name, field->name), "%s.%s is %s", info->full_name,
			  field->name, f->json_name);
		cr_expect(!f->raw_json || field->type == PROTOBUF_C_TYPE_BYTES, "%s.%s",
			  info->full_name, field->name);
		if (field->type == PROTOBUF_C_TYPE_ENUM)
			check_enum(field, f->enumeration);
		if (field->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		cr_assert_not_null(f->message, "%s.%s", info->full_name, field->name);
		cr_expect_eq(f->message->descriptor, field->descriptor);
		check_table(arena, f->message);
	}
}

static struct str packed(struct arena *arena, const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *out = arena_alloc(arena, len);

	protobuf_c_message_pack(msg, out);
	return (struct str){(char *)out, len};
}

/* The members that an rpc does not write are refused, so those at their default are left out. */
static bool has_body(const struct pb_info *info)
{
	for (unsigned i = 0; i < info->descriptor->n_fields; i++)
		if (info->fields[i].body)
			return true;
	return false;
}

static void check_round_trips(struct arena *arena, const struct pb_info *info)
{
	for (int i = 0; i < 10; i++) {
		ProtobufCMessage *msg = random_message(arena, info), *again;
		struct strbuf buf = strbuf_new(arena);
		struct pbjson_write_options how = {.omit_defaults = has_body(info)};
		struct pbjson_error error;

		cr_assert(is_ok(pbjson_write(&buf, info, msg, &how)), "%s", info->full_name);
		cr_assert(is_ok(pbjson_parse(arena, info, strbuf_str(&buf), NULL, &again, &error)),
			  "%s: %s at \"%s\": %s", info->full_name, pbjson_reason_name(error.reason),
			  error.path, buf.ptr);
		cr_assert(str_eq(packed(arena, msg), packed(arena, again)), "%s: %s",
			  info->full_name, buf.ptr);
	}
}

static ProtobufCMessage *with_canaries(struct arena *arena, const struct pb_info *info, size_t *n);

/* One value at member: the canary where the table says that it is sensitive. */
static void put_canary(struct arena *arena, const ProtobufCFieldDescriptor *field,
		       const struct pb_field_info *f, void *member, size_t *n)
{
	bool sensitive = f->sensitivity != PB_PLAIN || f->raw_json;
	const char *raw = "\"" CANARY "\"";

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		*(ProtobufCMessage **)member = with_canaries(arena, f->message, n);
	} else if (field->type == PROTOBUF_C_TYPE_STRING) {
		*(char **)member = arena_strdup(arena, sensitive ? CANARY : "plain");
		*n += sensitive;
	} else if (f->raw_json) {
		*(ProtobufCBinaryData *)member =
			(ProtobufCBinaryData){strlen(raw), (uint8_t *)arena_strdup(arena, raw)};
		*n += 1;
	}
}

static ProtobufCMessage *with_canaries(struct arena *arena, const struct pb_info *info, size_t *n)
{
	ProtobufCMessage *msg = pbjson_new(arena, info);

	if (info->well_known != PB_WK_NONE)
		return msg;
	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &info->descriptor->fields[i];
		void *member = field_member(msg, field);

		if (field_is_repeated(field)) {
			member = arena_calloc(arena, 1, field_value_size(field->type));
			*(void **)field_member(msg, field) = member;
			*field_count(msg, field) = 1;
		}
		put_canary(arena, field, &info->fields[i], member, n);
		if (!field_is_repeated(field))
			field_mark_set(msg, field);
	}
	return msg;
}

static size_t canaries;

static void check_redaction(struct arena *arena, const struct pb_info *info)
{
	struct strbuf logged = strbuf_new(arena), whole = strbuf_new(arena);
	size_t n = 0;
	ProtobufCMessage *msg = with_canaries(arena, info, &n);

	cr_assert(is_ok(
		pbjson_write(&logged, info, msg, &(struct pbjson_write_options){.redact = true})));
	cr_assert(is_ok(pbjson_write(&whole, info, msg, NULL)));
	cr_expect_null(strstr(logged.ptr, CANARY), "%s: %s", info->full_name, logged.ptr);
	canaries += n;
}

Test(contract, the_generated_tables_fit_the_descriptors)
{
	cr_expect_gt(for_each_message(check_table), 60);
}

Test(contract, random_requests_and_responses_survive)
{
	random_seed();
	for_each_message(check_round_trips);
}

Test(contract, nothing_marked_sensitive_reaches_a_log_line)
{
	for_each_message(check_redaction);
	cr_expect_gt(canaries, 20, "%zu canaries", canaries);
}
