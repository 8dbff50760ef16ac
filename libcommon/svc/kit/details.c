#include "svc/kit/details.h"

struct details details_new(struct arena *arena)
{
	struct details details = {.json = strbuf_new(arena)};

	strbuf_add_char(&details.json, '{');
	return details;
}

static void add_name(struct details *details, const char *name)
{
	if (details->json.len > 1)
		strbuf_add_char(&details->json, ',');
	strbuf_add_json(&details->json, str_of(name));
	strbuf_add_char(&details->json, ':');
}

void details_text(struct details *details, const char *name, const char *text)
{
	add_name(details, name);
	strbuf_add_json(&details->json, str_of(text));
}

void details_uuid(struct details *details, const char *name, struct uuid id)
{
	details_text(details, name, uuid_text(details->json.arena, id));
}

void details_number(struct details *details, const char *name, int64_t n)
{
	add_name(details, name);
	strbuf_add_i64(&details->json, n);
}

void details_bool(struct details *details, const char *name, bool is_so)
{
	add_name(details, name);
	strbuf_add_c(&details->json, is_so ? "true" : "false");
}

void details_texts(struct details *details, const char *name, const char *const *texts, size_t n)
{
	add_name(details, name);
	strbuf_add_char(&details->json, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			strbuf_add_char(&details->json, ',');
		strbuf_add_json(&details->json, str_of(texts[i]));
	}
	strbuf_add_char(&details->json, ']');
}

struct str details_end(struct details *details)
{
	strbuf_add_char(&details->json, '}');
	return strbuf_str(&details->json);
}
