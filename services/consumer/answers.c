#include "consumer/answers.h"

#include "screener/json/scan.h"

/* No more than a screener may have items. */
#define MEMBERS_MAX 1000

struct member {
	const char *name;
	struct str raw;
};

struct object {
	struct member *members;
	size_t n;
};

static struct member *find(const struct object *object, const char *name)
{
	for (size_t i = 0; i < object->n; i++)
		if (strcmp(object->members[i].name, name) == 0)
			return &object->members[i];
	return NULL;
}

/* The members of an object with their values as they stand in the text. */
static struct status read_object(struct arena *arena, struct str json, size_t room,
				 struct object *out)
{
	struct scan scan = scan_new(arena, json);
	bool first = true;
	struct str name;

	*out = (struct object){.members = arena_array_of(arena, struct member, room)};
	if (scan_peek(&scan) != '{' || !scan_enter(&scan, '{'))
		return FAIL(ANSWERS_NOT_JSON);
	while (scan_member(&scan, &first, &name)) {
		struct member member = {.name = str_dup(arena, name)};

		(void)scan_peek(&scan);
		member.raw.ptr = scan.at;
		if (!scan_skip(&scan))
			break;
		member.raw.len = (size_t)(scan.at - member.raw.ptr);
		if (strlen(member.name) != name.len || find(out, member.name))
			return FAIL(ANSWERS_NOT_JSON);
		if (out->n == MEMBERS_MAX)
			return FAIL(ANSWERS_TOO_LARGE);
		out->members[out->n++] = member;
	}
	if (scan.too_deep)
		return FAIL(ANSWERS_TOO_DEEP);
	return scan_is_done(&scan) ? OK : FAIL(ANSWERS_NOT_JSON);
}

static void add_member(struct strbuf *buf, const char *name, struct str raw)
{
	if (buf->len > 1)
		strbuf_add_char(buf, ',');
	strbuf_add_json(buf, str_of(name));
	strbuf_add_char(buf, ':');
	strbuf_add_str(buf, raw);
}

/* A value of no bytes is one that was taken back. */
static void lay_over(struct object *stored, const struct member *given, struct strbuf *before,
		     struct answer_merge *out)
{
	struct member *old = find(stored, given->name);
	bool withdrawn = str_eq_c(given->raw, "null");
	bool had = old && old->raw.len > 0;

	if (withdrawn ? !had : had && str_eq(old->raw, given->raw))
		return;
	add_member(before, given->name, had ? old->raw : STR("null"));
	out->changed[out->n_changed++] = given->name;
	if (!old) {
		old = &stored->members[stored->n++];
		old->name = given->name;
	}
	old->raw = withdrawn ? (struct str){} : given->raw;
}

static struct str write_object(struct arena *arena, const struct object *object)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_char(&buf, '{');
	for (size_t i = 0; i < object->n; i++)
		if (object->members[i].raw.len > 0)
			add_member(&buf, object->members[i].name, object->members[i].raw);
	strbuf_add_char(&buf, '}');
	return strbuf_str(&buf);
}

struct status answers_merge(struct arena *arena, struct str stored, struct str given,
			    struct answer_merge *out)
{
	struct strbuf before = strbuf_new(arena);
	struct object old, new;

	if (given.len > ANSWERS_MAX)
		return FAIL(ANSWERS_TOO_LARGE);
	TRY(read_object(arena, stored, (size_t)2 * MEMBERS_MAX, &old));
	TRY(read_object(arena, given, MEMBERS_MAX, &new));
	*out = (struct answer_merge){.changed = arena_array_of(arena, const char *, new.n),
				     .given = arena_array_of(arena, const char *, new.n)};
	strbuf_add_char(&before, '{');
	for (size_t i = 0; i < new.n; i++) {
		out->given[out->n_given++] = new.members[i].name;
		lay_over(&old, &new.members[i], &before, out);
	}
	strbuf_add_char(&before, '}');
	out->before = strbuf_str(&before);
	out->merged = write_object(arena, &old);
	if (out->merged.len > ANSWERS_MAX)
		return FAIL(ANSWERS_TOO_LARGE);
	return OK;
}
