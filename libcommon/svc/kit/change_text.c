#include "svc/kit/change_text.h"

#include <stdlib.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "pbjson/pbjson.h"

#define NESTED_MAX 8

/* One state of the resource, and what the log says of it. */
struct side {
	const ProtobufCMessage *state; /* NULL: absent */
	struct strbuf members;
	struct strbuf protected_names;
	struct strbuf cut;
};

struct comparison {
	struct arena *arena;
	const struct change_out *of;
	struct side before, after;
	int target_id; /* the member that is the target's id, -1 without one */
};

/* Is the member protected, or a part of it?  What is nested too deeply to tell is. */
static bool is_protected(const struct pb_field_info *field, unsigned depth)
{
	const struct pb_info *nested = field->message;

	if (field->sensitivity != PB_PLAIN || field->is_hidden || depth == NESTED_MAX)
		return true;
	if (!nested || nested->well_known != PB_WK_NONE)
		return false;
	for (unsigned i = 0; i < nested->descriptor->n_fields; i++)
		if (is_protected(&nested->fields[i], depth + 1))
			return true;
	return false;
}

/* Is the JSON text that of a member nobody has given a value? */
static bool is_blank(struct str text)
{
	static const char *const blanks[] = {"null", "\"\"", "[]", "{}", "0", "\"0\"", "false"};

	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
		if (str_eq_c(text, blanks[i]))
			return true;
	return false;
}

static const ProtobufCMessage *state_of(const struct change_out *change, const void *state)
{
	const ProtobufCMessage *message = state;

	if (message && message->descriptor != change->resource->descriptor)
		abort();
	return message;
}

/* The member's JSON text; "null" when it is unset, and of an absent state. */
static struct status value_of(const struct comparison *cmp, const struct side *side, unsigned i,
			      struct str *text)
{
	const struct pb_info *info = cmp->of->resource;
	const ProtobufCMessage *message = side->state;
	struct strbuf buf = strbuf_new(cmp->arena);

	if (side == &cmp->after && cmp->of->given && info->fields[i].is_hidden)
		message = state_of(cmp->of, cmp->of->given);
	if (message)
		TRY(pbjson_write_field(&buf, info, message, info->fields[i].json_name, NULL));
	*text = message ? strbuf_str(&buf) : STR("null");
	return OK;
}

/* Begins the next item of a list that its first character opens. */
static void add_name(struct strbuf *list, char opens, const char *name)
{
	strbuf_add_char(list, list->len ? ',' : opens);
	strbuf_add_json(list, str_of(name));
}

static void add_cut(struct side *side, const char *name, struct str value)
{
	char hex[2 * SHA256_BYTES + 1];
	uint8_t hash[SHA256_BYTES];

	crypto_sha256(hash, value.ptr, value.len);
	hex_encode(hex, hash, sizeof hash);
	add_name(&side->cut, '{', name);
	strbuf_printf(&side->cut, ":{\"bytes\":%zu,\"sha256\":\"%s\"}", value.len, hex);
}

static void add_value(struct side *side, const char *name, struct str value)
{
	if (value.len > CHANGE_VALUE_MAX || side->members.len + value.len > CHANGE_VALUES_MAX) {
		add_cut(side, name, value);
		return;
	}
	add_name(&side->members, '{', name);
	strbuf_add_char(&side->members, ':');
	strbuf_add_str(&side->members, value);
}

static void add_member(struct side *side, const struct pb_field_info *field, struct str value,
		       bool is_alone)
{
	if (!side->state)
		return;
	if (!is_protected(field, 0)) {
		/* As the API leaves out what is unset; beside another state the null says so. */
		if (!is_alone || !str_eq_c(value, "null"))
			add_value(side, field->json_name, value);
	} else if (!is_blank(value)) {
		add_name(&side->protected_names, '[', field->json_name);
	}
}

static bool is_id(const struct pb_info *info, unsigned i)
{
	for (unsigned k = 0; k < info->n_ids; k++)
		if (info->ids[k] == i)
			return true;
	return false;
}

static struct status compare_member(struct comparison *cmp, unsigned i)
{
	const struct pb_info *info = cmp->of->resource;
	bool is_alone = !cmp->before.state || !cmp->after.state;
	struct str before, after;

	/* The target says them. */
	if ((info->has_version && info->version == i) || cmp->target_id == (int)i)
		return OK;
	TRY(value_of(cmp, &cmp->before, i, &before));
	TRY(value_of(cmp, &cmp->after, i, &after));
	if (!is_alone && str_eq(before, after) && !is_id(info, i))
		return OK;
	add_member(&cmp->before, &info->fields[i], before, is_alone);
	add_member(&cmp->after, &info->fields[i], after, is_alone);
	return OK;
}

static struct str side_text(struct side *side, struct details *details)
{
	struct strbuf *out = &side->members;

	if (!side->state)
		return (struct str){};
	if (details) {
		add_name(out, '{', "$details");
		strbuf_add_char(out, ':');
		strbuf_add_str(out, details_end(details));
	}
	if (side->protected_names.len) {
		add_name(out, '{', "$protected");
		strbuf_printf(out, ":" STR_FMT "]", STR_ARG(strbuf_str(&side->protected_names)));
	}
	if (side->cut.len) {
		add_name(out, '{', "$cut");
		strbuf_printf(out, ":" STR_FMT "}", STR_ARG(strbuf_str(&side->cut)));
	}
	if (!out->len)
		strbuf_add_char(out, '{');
	strbuf_add_char(out, '}');
	return strbuf_str(out);
}

int change_target_field(const struct pb_info *info)
{
	for (unsigned k = info->n_ids; k-- > 0;)
		if (info->fields[info->ids[k]].rule->uuid)
			return (int)info->ids[k];
	return -1;
}

static struct side side_new(struct arena *arena, const ProtobufCMessage *state)
{
	return (struct side){.state = state,
			     .members = strbuf_new(arena),
			     .protected_names = strbuf_new(arena),
			     .cut = strbuf_new(arena)};
}

struct status change_write(struct arena *arena, const struct change_out *change,
			   struct change_texts *texts)
{
	struct comparison cmp = {.arena = arena,
				 .of = change,
				 .before = side_new(arena, state_of(change, change->before)),
				 .after = side_new(arena, state_of(change, change->after)),
				 .target_id = change_target_field(change->resource)};

	for (unsigned i = 0; i < change->resource->descriptor->n_fields; i++)
		TRY(compare_member(&cmp, i));
	texts->before = side_text(&cmp.before, change->after ? NULL : change->details);
	texts->after = side_text(&cmp.after, change->details);
	return OK;
}
