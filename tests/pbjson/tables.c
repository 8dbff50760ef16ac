#include "pbjson/tables.h"

#include <ctype.h>
#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX 64

static struct pb_info tables[TABLES_MAX];
static size_t n_tables;
static bool plain;

void tables_plain(void)
{
	plain = true;
}

static char *camel(const char *name)
{
	char *out = calloc(1, strlen(name) + 1), *o = out;

	if (strcmp(name, "custom") == 0)
		return strcpy(realloc(out, 16), "@custom");
	for (const char *p = name; *p; p++)
		*o++ = *p == '_' && p[1] ? (char)toupper((unsigned char)*++p) : *p;
	return out;
}

/* COLOR_DARK_BLUE of Color is dark_blue. */
static char *enum_name(const ProtobufCEnumDescriptor *descriptor, const char *name)
{
	size_t prefix = strlen(descriptor->short_name) + 1;
	char *out = strdup(strlen(name) > prefix ? name + prefix : name);

	for (char *p = out; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return out;
}

static struct pb_enum_info *enum_table(const ProtobufCEnumDescriptor *descriptor)
{
	struct pb_enum_info *info = calloc(1, sizeof *info);
	const char **names = plain ? NULL : calloc(descriptor->n_values, sizeof *names);

	for (unsigned i = 0; names && i < descriptor->n_values; i++)
		names[i] = enum_name(descriptor, descriptor->values[i].name);
	*info = (struct pb_enum_info){.descriptor = descriptor, .json_names = names};
	return info;
}

static enum pb_well_known well_known(const char *name)
{
	if (strcmp(name, "google.protobuf.Timestamp") == 0)
		return PB_WK_TIMESTAMP;
	if (strcmp(name, "google.protobuf.Duration") == 0)
		return PB_WK_DURATION;
	return strcmp(name, "google.protobuf.FieldMask") == 0 ? PB_WK_FIELD_MASK : PB_WK_NONE;
}

static bool is_entry(const ProtobufCMessageDescriptor *d)
{
	size_t len = strlen(d->short_name);

	return len > 5 && strcmp(d->short_name + len - 5, "Entry") == 0 && d->n_fields == 2 &&
	       strcmp(d->fields[0].name, "key") == 0;
}

static struct pb_field_info field_table(const ProtobufCFieldDescriptor *field)
{
	struct pb_field_info info = {.json_name = camel(field->name)};

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		info.message = table_of(field->descriptor);
		info.is_map = is_entry(field->descriptor);
	}
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		info.enumeration = enum_table(field->descriptor);
	info.raw_json = !plain && strncmp(field->name, "raw_", 4) == 0;
	info.raw_json_max = strcmp(field->name, "raw_small") == 0 ? 16 : 0;
	info.max_items = strcmp(field->name, "few") == 0 ? 3 : 0;
	if (strcmp(field->name, "patient_name") == 0)
		info.sensitivity = PB_PHI;
	if (strcmp(field->name, "email_address") == 0)
		info.sensitivity = PB_PII;
	if (strcmp(field->name, "password") == 0)
		info.sensitivity = PB_SECRET;
	return info;
}

const struct pb_info *table_of(const ProtobufCMessageDescriptor *descriptor)
{
	struct pb_field_info *fields;
	struct pb_info *info;

	for (size_t i = 0; i < n_tables; i++)
		if (tables[i].descriptor == descriptor)
			return &tables[i];
	if (n_tables == TABLES_MAX)
		abort();
	info = &tables[n_tables++];
	fields = calloc(descriptor->n_fields + 1, sizeof *fields);
	*info = (struct pb_info){.full_name = descriptor->name,
				 .descriptor = descriptor,
				 .well_known = well_known(descriptor->name),
				 .fields = fields};
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		fields[i] = field_table(&descriptor->fields[i]);
	return info;
}
