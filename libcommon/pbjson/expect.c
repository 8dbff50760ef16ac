/* What a member takes and what came instead, for the person who reads a refusal. */
#include "pbjson/reader.h"

#define ECHO_MAX  40  /* bytes of a value that are repeated */
#define NAMES_MAX 600 /* bytes of a list of names */

/* As much of the text as is repeated, without half a character at its end. */
static struct str shortened(struct str text)
{
	if (text.len <= ECHO_MAX)
		return text;
	text.len = ECHO_MAX;
	while (text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}

const char *pbjson_echo(struct arena *arena, struct str text)
{
	struct str part = shortened(text);

	return arena_printf(arena, "\"" STR_FMT "%s\"", STR_ARG(part),
			    part.len < text.len ? "…" : "");
}

static const char *came(struct reader *r, const struct pb_field_info *info,
			const struct token *token)
{
	switch (token->kind) {
	case TOKEN_STRING: return "a text";
	case TOKEN_NUMBER: return "a number";
	case TOKEN_TRUE:
	case TOKEN_FALSE: return "true or false";
	default:
		return info->sensitivity == PB_PLAIN ? pbjson_echo(r->arena, token->text)
						     : "another text";
	}
}

const char *pbjson_enum_names(struct arena *arena, const struct pb_enum_info *info)
{
	struct strbuf out = strbuf_new(arena);

	for (unsigned i = 0; i < info->descriptor->n_values; i++) {
		const char *api = info->json_names ? info->json_names[i] : NULL;

		strbuf_printf(&out, "%s%s", i ? ", " : "",
			      api ? api : info->descriptor->values[i].name);
	}
	return out.ptr;
}

static const char *kind_of(struct reader *r, const ProtobufCFieldDescriptor *field,
			   const struct pb_field_info *info)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: return "a text";
	case PROTOBUF_C_TYPE_BYTES: return "a text in base64";
	case PROTOBUF_C_TYPE_BOOL: return "true or false";
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE: return "a number";
	case PROTOBUF_C_TYPE_ENUM:
		return arena_printf(r->arena, "one of %s",
				    pbjson_enum_names(r->arena, info->enumeration));
	default: return "a whole number";
	}
}

static const char *range_of(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: return "0 to 4294967295";
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64: return "0 to 18446744073709551615";
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: return "-9223372036854775808 to 9223372036854775807";
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE: return "the range of its type";
	default: return "-2147483648 to 2147483647";
	}
}

void expect_scalar(struct reader *r, const ProtobufCFieldDescriptor *field,
		   const struct pb_field_info *info, const struct token *token)
{
	const char *kind = kind_of(r, field, info);

	switch (r->error->reason) {
	case PBJSON_TYPE:
		r->error->message =
			arena_printf(r->arena, "must be %s, but is %s", kind, came(r, info, token));
		break;
	case PBJSON_UNKNOWN_ENUM:
		r->error->message = info->sensitivity == PB_PLAIN
					    ? arena_printf(r->arena, "must be %s, but is %s", kind,
							   pbjson_echo(r->arena, token->text))
					    : arena_printf(r->arena, "must be %s", kind);
		break;
	case PBJSON_RANGE:
		r->error->message = arena_printf(r->arena, "must be in %s", range_of(field));
		break;
	case PBJSON_NOT_INTEGER:
		r->error->message = "must be a whole number, but has a fraction";
		break;
	default: break;
	}
}

void expect_wellknown(struct reader *r, const struct pb_info *info)
{
	switch (info->well_known) {
	case PB_WK_TIMESTAMP:
		r->error->message = "must be a date and time like 2026-03-01T09:30:00Z (RFC 3339)";
		break;
	case PB_WK_DURATION: r->error->message = "must be a duration like 1.5s"; break;
	default:
		r->error->message = "must be members parted by commas, like name,description";
		break;
	}
}

void expect_member_of(struct reader *r, const struct pb_info *info)
{
	struct strbuf out = strbuf_new(r->arena);

	strbuf_add_c(&out, "is no member here; the members are ");
	for (unsigned i = 0; i < info->descriptor->n_fields && out.len < NAMES_MAX; i++)
		strbuf_printf(&out, "%s%s", i ? ", " : "", info->fields[i].json_name);
	r->error->message =
		info->descriptor->n_fields ? out.ptr : "is no member here; there are none";
}
