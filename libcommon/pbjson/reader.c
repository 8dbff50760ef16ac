#include "pbjson/reader.h"

#include <assert.h>

#include "base/encoding.h"
#include "base/utf8.h"

#define ONES  0x0101010101010101u
#define HIGHS 0x8080808080808080u

static const char *const reason_names[] = {"NONE",
#define PBJSON_NAME(name, text) #name,
					   PBJSON_REASONS(PBJSON_NAME)
#undef PBJSON_NAME
};

static const char *const reason_texts[] = {"is right",
#define PBJSON_TEXT(name, text) text,
					   PBJSON_REASONS(PBJSON_TEXT)
#undef PBJSON_TEXT
};

const char *pbjson_reason_name(enum pbjson_reason reason)
{
	return reason_names[reason];
}

const char *pbjson_reason_text(enum pbjson_reason reason)
{
	return reason_texts[reason];
}

void reader_init(struct reader *r, struct arena *arena, struct str text,
		 const struct pbjson_options *options, struct pbjson_error *error)
{
	static const struct pbjson_options defaults = {};
	const struct pbjson_options *o = options ? options : &defaults;
	uint32_t depth = o->max_depth ? o->max_depth : PBJSON_DEPTH_DEFAULT;

	*r = (struct reader){
		.start = text.ptr,
		.at = text.ptr,
		.end = text.ptr + text.len,
		.arena = arena,
		.error = error,
		.present = o->present,
		.max_depth = depth < PBJSON_DEPTH_MAX ? depth : PBJSON_DEPTH_MAX,
		.max_items = o->max_items ? o->max_items : PBJSON_ITEMS_DEFAULT,
		.elements_left = o->max_elements ? o->max_elements : PBJSON_ELEMENTS_DEFAULT,
		.ignore_unknown = o->ignore_unknown,
		.open_enums = o->open_enums,
		.null_clears = o->null_clears,
	};
}

char *frame_path(struct arena *arena, const struct frame *frame, bool proto)
{
	const struct frame *chain[PBJSON_DEPTH_MAX + 2];
	struct strbuf buf = strbuf_new(arena);
	size_t n = 0;

	for (; frame && n < sizeof chain / sizeof chain[0]; frame = frame->parent)
		chain[n++] = frame;
	while (n-- > 0) {
		if (!chain[n]->json_name) {
			strbuf_printf(&buf, "[%zu]", chain[n]->index);
			continue;
		}
		if (buf.len)
			strbuf_add_char(&buf, '.');
		strbuf_add_c(&buf, proto ? chain[n]->proto_name : chain[n]->json_name);
	}
	return buf.ptr;
}

static enum reason status_reason(enum pbjson_reason reason, bool in_member)
{
	switch (reason) {
	case PBJSON_SYNTAX: return REASON_MALFORMED_JSON;
	case PBJSON_NOT_UTF8: return in_member ? REASON_INVALID_FIELDS : REASON_MALFORMED_JSON;
	case PBJSON_DEPTH: return REASON_JSON_TOO_COMPLEX;
	case PBJSON_SIZE:
	case PBJSON_TOO_MANY_ITEMS:
		return in_member ? REASON_INVALID_FIELDS : REASON_JSON_TOO_COMPLEX;
	default: return REASON_INVALID_FIELDS;
	}
}

enum reason reader_note(struct reader *r, enum pbjson_reason reason, const char *at)
{
	*r->error = (struct pbjson_error){
		.reason = reason,
		.path = frame_path(r->arena, r->frame, false),
		.message = pbjson_reason_text(reason),
		.offset = (size_t)(at - r->start),
	};
	return status_reason(reason, r->frame != NULL);
}

/* A member name is echoed only if it looks like one: anything else may be a value. */
static bool is_identifier(struct str name)
{
	if (name.len == 0 || name.len > 64)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
	}
	return true;
}

enum reason reader_note_member(struct reader *r, enum pbjson_reason reason, struct str name,
			       const char *at)
{
	struct frame frame = {.parent = r->frame, .json_name = "?"};
	const struct frame *here = r->frame;
	enum reason noted;

	if (is_identifier(name))
		frame.json_name = str_dup(r->arena, name);
	r->frame = &frame;
	noted = reader_note(r, reason, at);
	r->frame = here;
	return noted;
}

struct status reader_check_utf8(struct reader *r)
{
	size_t len = (size_t)(r->end - r->start), valid = 0;

	if (utf8_is_valid(r->start, len))
		return OK;
	/* Only for the error: walk to the first bad sequence. */
	while (valid < len) {
		size_t n = 1;

		while (n <= 4 && valid + n <= len && !utf8_is_valid(r->start + valid, n))
			n++;
		if (n > 4 || valid + n > len)
			break;
		valid += n;
	}
	return reader_fail(r, PBJSON_NOT_UTF8, r->start + valid);
}

struct status reader_expect(struct reader *r, char c)
{
	if (reader_peek(r) != c || r->at == r->end)
		return reader_fail(r, PBJSON_SYNTAX, r->at);
	r->at++;
	return OK;
}

struct status reader_literal(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return reader_fail(r, PBJSON_SYNTAX, r->at);
	r->at += len;
	return OK;
}

struct status reader_number(struct reader *r, struct str *text)
{
	size_t len = number_length(r->at, r->end);

	if (len == 0)
		return reader_fail(r, PBJSON_SYNTAX, r->at);
	*text = (struct str){r->at, len};
	r->at += len;
	return OK;
}

/* The first quote, backslash or control character at or after p. */
static const char *plain_end(const char *p, const char *end)
{
	uint64_t w;

	while (end - p >= 8) {
		memcpy(&w, p, 8);
		uint64_t quote = w ^ (ONES * '"'), slash = w ^ (ONES * '\\');

		/* A zero byte in quote or slash, or a byte of w below 0x20. */
		if ((((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) |
		     ((w - ONES * 0x20) & ~w)) &
		    HIGHS)
			break;
		p += 8;
	}
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

static bool four_hex(const char *p, const char *end, uint32_t *out)
{
	uint8_t bytes[2];

	if (end - p < 4 || !hex_decode(bytes, 2, (struct str){p, 4}))
		return false;
	*out = (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

/* \uXXXX or a surrogate pair; *p stands behind "\u" and moves past the digits. */
static struct status read_unicode(struct reader *r, const char **p, uint32_t *out)
{
	const char *at = *p - 2;
	uint32_t c, low;

	if (!four_hex(*p, r->end, &c))
		return reader_fail(r, PBJSON_SYNTAX, at);
	*p += 4;
	if (c == 0)
		return reader_fail(r, PBJSON_NUL, at);
	if (c >= 0xdc00 && c <= 0xdfff)
		return reader_fail(r, PBJSON_NOT_UTF8, at);
	if (c >= 0xd800 && c <= 0xdbff) {
		if (r->end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u' ||
		    !four_hex(*p + 2, r->end, &low) || low < 0xdc00 || low > 0xdfff)
			return reader_fail(r, PBJSON_NOT_UTF8, at);
		*p += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	*out = c;
	return OK;
}

static struct status read_escape(struct reader *r, const char **p, char *out, size_t *len)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *at = *p;
	const char *known;
	uint32_t c = 0;

	if (r->end - at < 2 || at[1] == '\0')
		return reader_fail(r, PBJSON_SYNTAX, at);
	*p += 2;
	if (at[1] == 'u') {
		TRY(read_unicode(r, p, &c));
		*len += utf8_put(out + *len, c);
		return OK;
	}
	known = strchr(names, at[1]);
	if (!known)
		return reader_fail(r, PBJSON_SYNTAX, at);
	out[(*len)++] = meant[known - names];
	return OK;
}

/* A string whose first escape is at p: decoded into the arena. */
static struct status read_escaped(struct reader *r, const char *p, struct token *token)
{
	const char *from = token->at + 1;
	/* A closing quote further on bounds the text; escapes only shrink. */
	struct strbuf buf = strbuf_new(r->arena);

	for (;;) {
		const char *stop = plain_end(p, r->end);

		strbuf_add(&buf, from, (size_t)(stop - from));
		if (stop == r->end || (unsigned char)*stop < 0x20)
			return reader_fail(r, PBJSON_SYNTAX, stop);
		if (*stop == '"') {
			r->at = stop + 1;
			break;
		}
		strbuf_reserve(&buf, 4);
		p = stop;
		TRY(read_escape(r, &p, buf.ptr, &buf.len));
		buf.ptr[buf.len] = '\0';
		from = p;
	}
	token->text = strbuf_str(&buf);
	token->in_arena = true;
	return OK;
}

struct status reader_string(struct reader *r, struct token *token)
{
	const char *stop;

	token->kind = TOKEN_STRING;
	token->at = r->at;
	token->in_arena = false;
	if (reader_peek(r) != '"')
		return reader_fail(r, PBJSON_SYNTAX, r->at);
	token->at = r->at;
	stop = plain_end(r->at + 1, r->end);
	if (stop == r->end || (unsigned char)*stop < 0x20)
		return reader_fail(r, PBJSON_SYNTAX, stop);
	if (*stop == '\\')
		return read_escaped(r, stop, token);
	token->text = (struct str){token->at + 1, (size_t)(stop - token->at - 1)};
	r->at = stop + 1;
	return OK;
}

struct status reader_scalar(struct reader *r, struct token *token)
{
	char c = reader_peek(r);

	*token = (struct token){.at = r->at};
	switch (c) {
	case '"': return reader_string(r, token);
	case 't': token->kind = TOKEN_TRUE; return reader_literal(r, "true");
	case 'f': token->kind = TOKEN_FALSE; return reader_literal(r, "false");
	case '{':
	case '[': return reader_fail_shape(r, "must be one value, but is a list or an object");
	default: token->kind = TOKEN_NUMBER; return reader_number(r, &token->text);
	}
}

struct status reader_enter(struct reader *r)
{
	if (r->depth == r->max_depth)
		return reader_fail(r, PBJSON_DEPTH, r->at);
	r->depth++;
	r->at++;
	return OK;
}

/* The document as a whole is at fault, not the member that met the limit. */
static struct status fail_whole(struct reader *r, enum pbjson_reason reason)
{
	r->frame = NULL;
	return reader_fail(r, reason, r->at);
}

struct status reader_count(struct reader *r)
{
	if (r->elements_left == 0)
		return fail_whole(r, PBJSON_TOO_MANY_ITEMS);
	r->elements_left--;
	return OK;
}

struct status reader_check_room(struct reader *r)
{
	return arena_is_exhausted(r->arena) ? fail_whole(r, PBJSON_SIZE) : OK;
}

struct status reader_next(struct reader *r, char close, bool first, bool *more)
{
	char c = reader_peek(r);

	*more = r->at == r->end || c != close;
	if (!*more || first)
		return OK;
	if (c != ',')
		return reader_fail(r, PBJSON_SYNTAX, r->at);
	r->at++;
	return OK;
}
