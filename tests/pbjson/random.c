/* Random messages of any type that tables describe; raw_small is left empty. */
#include "pbjson/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pbjson/field.h"

static uint64_t state;

uint64_t random_bits64(void)
{
	/* SplitMix64. */
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t random_below(uint64_t n)
{
	return random_bits64() % n;
}

void random_seed(void)
{
	const char *given = getenv("AEGIS_SEED");

	state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	fprintf(stderr, "AEGIS_SEED=%llu\n", (unsigned long long)state);
}

/* Numbers at their edges as often as any other. */
static uint64_t random_bits(void)
{
	static const uint64_t edges[] = {0,
					 1,
					 0x7f,
					 0x80,
					 0x7fffffff,
					 0x80000000,
					 0xffffffff,
					 0x7fffffffffffffff,
					 0x8000000000000000,
					 0xffffffffffffffff,
					 0x20000000000001};

	return random_below(3) ? random_bits64() >> random_below(64)
			       : edges[random_below(sizeof edges / sizeof edges[0])];
}

static char *random_text(struct arena *arena)
{
	static const char *const pieces[] = {"a",
					     "Z",
					     " ",
					     "\"",
					     "\\",
					     "/",
					     "\n",
					     "\x01",
					     "\x7f",
					     "\xc3\xa9",
					     "\xe2\x82\xac",
					     "\xf0\x9f\x98\x80",
					     "0",
					     "plain text of some length",
					     "\xef\xbf\xbf"};
	struct strbuf buf = strbuf_new(arena);

	for (uint64_t n = random_below(12); n > 0; n--)
		strbuf_add_c(&buf, pieces[random_below(sizeof pieces / sizeof pieces[0])]);
	return buf.ptr;
}

static void random_bytes(struct arena *arena, bool raw, ProtobufCBinaryData *out)
{
	static const char *const values[] = {"{\"a\":[1,2,\"x\"]}", "[]", "12.5e3", "\"t\"",
					     "true"};

	if (raw) {
		const char *value = values[random_below(sizeof values / sizeof values[0])];

		*out = (ProtobufCBinaryData){strlen(value), (uint8_t *)arena_strdup(arena, value)};
		return;
	}
	out->len = random_below(20);
	out->data = arena_alloc(arena, out->len);
	for (size_t i = 0; i < out->len; i++)
		out->data[i] = (uint8_t)random_bits64();
}

static ProtobufCMessage *message_at(struct arena *arena, const struct pb_info *info,
				    enum pb_body body, int depth);

static double random_real(bool narrow)
{
	double d = 0;
	float f = 0;
	uint64_t bits = random_bits64();

	if (random_below(2))
		return (double)(int64_t)random_below(1000000) / 8;
	memcpy(&d, &bits, 8);
	memcpy(&f, &bits, 4);
	d = narrow ? (double)f : d;
	return d == d ? d : 1.5;
}

static int random_enum(const ProtobufCEnumDescriptor *descriptor)
{
	return descriptor->values[random_below(descriptor->n_values)].value;
}

static void random_value(struct arena *arena, const ProtobufCFieldDescriptor *field,
			 const struct pb_field_info *info, void *member, int depth)
{
	uint64_t bits = random_bits();

	switch (field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		*(ProtobufCMessage **)member =
			message_at(arena, info->message, info->body, depth + 1);
		return;
	case PROTOBUF_C_TYPE_STRING: *(char **)member = random_text(arena); return;
	case PROTOBUF_C_TYPE_BYTES: random_bytes(arena, info->raw_json, member); return;
	case PROTOBUF_C_TYPE_BOOL: *(protobuf_c_boolean *)member = (int)random_below(2); return;
	case PROTOBUF_C_TYPE_ENUM: *(int *)member = random_enum(field->descriptor); return;
	case PROTOBUF_C_TYPE_FLOAT: *(float *)member = (float)random_real(true); return;
	case PROTOBUF_C_TYPE_DOUBLE: *(double *)member = random_real(false); return;
	default: memcpy(member, &bits, field_value_size(field->type)); return;
	}
}

static bool key_is_new(const ProtobufCFieldDescriptor *key, ProtobufCMessage **entries, size_t n)
{
	const void *last = field_member(entries[n], key);

	for (size_t i = 0; i < n; i++) {
		const void *other = field_member(entries[i], key);

		if (key->type == PROTOBUF_C_TYPE_STRING
			    ? strcmp(*(char *const *)last, *(char *const *)other) == 0
			    : memcmp(last, other, field_value_size(key->type)) == 0)
			return false;
	}
	return true;
}

static void random_entries(struct arena *arena, const ProtobufCFieldDescriptor *field,
			   const struct pb_field_info *info, ProtobufCMessage *msg, int depth)
{
	ProtobufCMessage **entries = arena_array_of(arena, ProtobufCMessage *, 4);
	const struct pb_info *entry = info->message;
	size_t n = 0;

	for (uint64_t tries = random_below(5); tries > 0; tries--) {
		const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;

		entries[n] = pbjson_new(arena, entry);
		for (int i = 0; i < 2; i++)
			random_value(arena, &fields[i], &entry->fields[i],
				     field_member(entries[n], &fields[i]), depth);
		n += key_is_new(&fields[0], entries, n);
	}
	*field_count(msg, field) = n;
	*(void **)field_member(msg, field) = entries;
}

static void random_list(struct arena *arena, const ProtobufCFieldDescriptor *field,
			const struct pb_field_info *info, ProtobufCMessage *msg, int depth)
{
	size_t size = field_value_size(field->type), n = random_below(4);
	char *items = arena_calloc(arena, n + 1, size);

	for (size_t i = 0; i < n; i++)
		random_value(arena, field, info, items + i * size, depth);
	*field_count(msg, field) = n;
	*(void **)field_member(msg, field) = items;
}

static void random_field(struct arena *arena, const ProtobufCFieldDescriptor *field,
			 const struct pb_field_info *info, ProtobufCMessage *msg, int depth)
{
	if (random_below(3) || (depth > 3 && info->message))
		return;
	if (field_in_oneof(field) && *field_case(msg, field))
		return;
	if (info->is_map)
		random_entries(arena, field, info, msg, depth);
	else if (field_is_repeated(field))
		random_list(arena, field, info, msg, depth);
	else {
		random_value(arena, field, info, field_member(msg, field), depth);
		field_mark_set(msg, field);
	}
}

static void random_wellknown(struct arena *arena, const struct pb_info *info, ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *fields = info->descriptor->fields;
	bool timestamp = info->well_known == PB_WK_TIMESTAMP;
	static const int32_t units[] = {1, 1000, 1000000};

	if (info->well_known == PB_WK_FIELD_MASK) {
		char **paths = arena_array_of(arena, char *, 2);

		paths[0] = (char *)"display_name";
		paths[1] = (char *)"leaf.amount_cents";
		*(char ***)field_member(msg, &fields[0]) = paths;
		*field_count(msg, &fields[0]) = random_below(3);
		return;
	}
	*(int64_t *)field_member(msg, &fields[0]) =
		timestamp ? (int64_t)random_below(315537897600) - 62135596800
			  : (int64_t)random_below(315576000000);
	*(int32_t *)field_member(msg, &fields[1]) =
		random_below(2) ? 0 : (int32_t)random_below(1000) * units[random_below(3)];
}

/* A request's resource has only the members that its rpc writes. */
static bool is_taken(const struct pb_field_info *info, enum pb_body body)
{
	return !body || (body == PB_BODY_CREATE ? info->in_create : info->in_update);
}

static ProtobufCMessage *message_at(struct arena *arena, const struct pb_info *info,
				    enum pb_body body, int depth)
{
	ProtobufCMessage *msg = pbjson_new(arena, info);

	if (info->well_known != PB_WK_NONE) {
		random_wellknown(arena, info, msg);
		return msg;
	}
	for (unsigned i = 0; i < info->descriptor->n_fields; i++)
		if (strcmp(info->descriptor->fields[i].name, "raw_small") != 0 &&
		    is_taken(&info->fields[i], body))
			random_field(arena, &info->descriptor->fields[i], &info->fields[i], msg,
				     depth);
	return msg;
}

ProtobufCMessage *random_message(struct arena *arena, const struct pb_info *info)
{
	return message_at(arena, info, PB_BODY_NONE, 0);
}
