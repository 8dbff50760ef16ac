/*
 * The request head.  Two passes: line ends and sizes while bytes arrive, then
 * everything else on the complete head.  It must never be more lenient than
 * RFC 9112's grammar; where the RFC lets a recipient repair, this refuses.
 */
#include "edge/head.h"

#include "base/bytes8.h"
#include "edge/host.h"
#include "edge/target.h"
#include "edge/token.h"

static const struct {
	enum reason reason;
	int status;
	const char *text;
} refusals[] = {[EDGE_FINE] = {REASON_NONE, 200, ""},
#define ROW(name, status, text) [EDGE_##name] = {REASON_##name, status, text},
		EDGE_REFUSALS(ROW)
#undef ROW
};

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

const bool edge_is_token[256] = {
	['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1,	    ['&'] = 1,	       ['\''] = 1,
	['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,	    ['^'] = 1,	       ['_'] = 1,
	['`'] = 1, ['|'] = 1, ['~'] = 1, ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

/* What may stand in a header value: HTAB, SP, VCHAR, obs-text. */
static const bool is_value[256] = {
	['\t'] = 1,
	[' ' ... '~'] = 1,
	[0x80 ... 0xff] = 1,
};

enum reason edge_refusal_reason(enum edge_refusal refusal)
{
	return refusals[refusal].reason;
}

int edge_refusal_status(enum edge_refusal refusal)
{
	return refusals[refusal].status;
}

const char *edge_refusal_text(enum edge_refusal refusal)
{
	return refusals[refusal].text;
}

const char *edge_method_name(enum edge_method method)
{
	return methods[method];
}

static enum edge_refusal too_long(const struct edge_scan *scan, size_t len)
{
	if (scan->n_lines == 0 && len > EDGE_URI_MAX + 32)
		return EDGE_URI_TOO_LONG;
	return len >= EDGE_HEAD_MAX ? EDGE_HEADERS_TOO_LARGE : EDGE_FINE;
}

enum edge_refusal edge_head_scan(struct edge_scan *scan, const char *bytes, size_t len,
				 size_t *head_len)
{
	*head_len = 0;
	for (;;) {
		const char *line = bytes + scan->line;
		const char *lf = memchr(line, '\n', len - scan->line);
		size_t n;

		if (!lf)
			return too_long(scan, len);
		n = (size_t)(lf - line) + 1;
		if (n < 2 || lf[-1] != '\r' || memchr(line, '\r', n - 2))
			return EDGE_BAD_LINE_END;
		scan->line += n;
		scan->n_lines++;
		if (scan->line > EDGE_HEAD_MAX)
			return EDGE_HEADERS_TOO_LARGE;
		if (n == 2) {
			*head_len = scan->line;
			return scan->n_lines == 1 ? EDGE_BAD_REQUEST_LINE : EDGE_FINE;
		}
		if (scan->n_lines > EDGE_FIELDS_MAX + 1)
			return EDGE_TOO_MANY_HEADERS;
	}
}

/* A header value: all of is_value, that is no control character but HTAB. */
static bool is_value_text(struct str s)
{
	size_t i = 0;

	while (s.len - i >= 8) {
		uint64_t word = bytes8_load(s.ptr + i);

		if (bytes8_any_below(word, ' ') || bytes8_any_equal(word, 0x7f))
			break;
		i += 8;
	}
	return edge_is_all((struct str){s.ptr + i, s.len - i}, is_value);
}

/* The line without its CR LF; *rest begins with the next. */
static struct str take_line(struct str *rest)
{
	const char *lf = memchr(rest->ptr, '\n', rest->len);
	struct str line = {rest->ptr, (size_t)(lf - rest->ptr) - 1};

	rest->len -= line.len + 2;
	rest->ptr = lf + 1;
	return line;
}

static enum edge_refusal parse_method(struct str name, enum edge_method *method)
{
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		if (str_eq_c(name, methods[i])) {
			*method = (enum edge_method)i;
			return EDGE_FINE;
		}
	}
	if (name.len == 0 || name.len > 32 || !edge_is_all(name, edge_is_token))
		return EDGE_BAD_METHOD;
	return EDGE_METHOD_NOT_SUPPORTED;
}

static enum edge_refusal parse_version(struct str version, struct edge_head *head)
{
	const char *p = version.ptr;

	if (version.len != 8 || memcmp(p, "HTTP/", 5) != 0 || p[5] < '0' || p[5] > '9' ||
	    p[6] != '.' || p[7] < '0' || p[7] > '9')
		return EDGE_BAD_REQUEST_LINE;
	if (p[5] != '1' || p[7] > '1')
		return EDGE_VERSION_NOT_SUPPORTED;
	head->is_http10 = p[7] == '0';
	head->keep_alive = !head->is_http10;
	return EDGE_FINE;
}

static enum edge_refusal parse_request_line(struct str line, struct edge_head *head)
{
	struct str method = str_take_until(&line, ' ');
	enum edge_refusal refusal = parse_method(method, &head->method);
	const char *space = line.len ? memchr(line.ptr, ' ', line.len) : NULL;
	enum edge_refusal wrong_version;
	struct str version;

	if (refusal == EDGE_BAD_METHOD)
		return refusal;
	if (!space)
		return EDGE_BAD_REQUEST_LINE;
	head->target = (struct str){line.ptr, (size_t)(space - line.ptr)};
	version = (struct str){space + 1, line.len - head->target.len - 1};
	if (head->target.len == 0)
		return EDGE_BAD_REQUEST_LINE;
	if (memchr(version.ptr, ' ', version.len))
		return EDGE_BAD_REQUEST_LINE;
	wrong_version = parse_version(version, head);
	if (wrong_version != EDGE_FINE)
		return wrong_version;
	return refusal == EDGE_FINE ? edge_target_parse(head) : refusal;
}

static enum edge_refusal parse_length(struct edge_head *head, struct str value)
{
	if (head->has_length || value.len == 0 || value.len > 15 ||
	    !str_to_u64(value, &head->length))
		return EDGE_BAD_CONTENT_LENGTH;
	head->has_length = true;
	return EDGE_FINE;
}

static enum edge_refusal parse_encoding(struct edge_head *head, struct str value)
{
	if (head->chunked)
		return EDGE_BAD_TRANSFER_ENCODING;
	if (str_eq_nocase(value, STR("chunked"))) {
		head->chunked = true;
		return EDGE_FINE;
	}
	return value.len && edge_is_all(value, edge_is_token) ? EDGE_UNKNOWN_TRANSFER_ENCODING
							      : EDGE_BAD_TRANSFER_ENCODING;
}

static enum edge_refusal parse_host(struct edge_head *head, struct str value)
{
	if (head->host.ptr || value.len == 0 || value.len > 255 || !edge_host_is_fine(value))
		return EDGE_BAD_HOST;
	head->host = value;
	return EDGE_FINE;
}

static enum edge_refusal parse_connection(struct edge_head *head, struct str value)
{
	while (value.len) {
		struct str option = str_trim(str_take_until(&value, ','));

		if (!edge_is_all(option, edge_is_token))
			return EDGE_BAD_HEADER;
		if (str_eq_nocase(option, STR("close")))
			head->keep_alive = false;
		else if (head->is_http10 && str_eq_nocase(option, STR("keep-alive")))
			head->keep_alive = true;
	}
	return EDGE_FINE;
}

static enum edge_refusal parse_expect(struct edge_head *head, struct str value)
{
	if (head->expect_continue || !str_eq_nocase(str_trim(value), STR("100-continue")))
		return EDGE_UNKNOWN_EXPECTATION;
	head->expect_continue = true;
	return EDGE_FINE;
}

/* Headers whose doubling changes who asks or what is asked. */
static bool is_singleton(struct str name)
{
	static const struct str names[] = {
		{"authorization", 13},	 {"content-type", 12},
		{"idempotency-key", 15}, {"if-match", 8},
		{"origin", 6},		 {"x-request-id", 12},
		{"traceparent", 11},	 {"content-encoding", 16},
		{"aegis-tenant", 12},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_nocase(name, names[i]))
			return true;
	return false;
}

static bool is_repeated(const struct edge_head *head, struct str name)
{
	for (size_t i = 0; i < head->n_fields; i++)
		if (str_eq_nocase(head->fields[i].name, name))
			return true;
	return false;
}

/* Some servers take a tab for a part of the value: where that would change who or how much, so do
 * we. */
static struct str trim_spaces(struct str s)
{
	while (s.len && s.ptr[0] == ' ')
		s = (struct str){s.ptr + 1, s.len - 1};
	while (s.len && s.ptr[s.len - 1] == ' ')
		s.len--;
	return s;
}

static enum edge_refusal note_field(struct edge_head *head, const struct edge_field *field)
{
	switch (field->name.len) {
	case 4:
		if (str_eq_nocase(field->name, STR("host")))
			return parse_host(head, field->value);
		break;
	case 6:
		if (str_eq_nocase(field->name, STR("expect")))
			return parse_expect(head, field->value);
		break;
	case 10:
		if (str_eq_nocase(field->name, STR("connection")))
			return parse_connection(head, field->value);
		break;
	case 14:
		if (str_eq_nocase(field->name, STR("content-length")))
			return parse_length(head, field->value);
		break;
	case 17:
		if (str_eq_nocase(field->name, STR("transfer-encoding")))
			return parse_encoding(head, field->value);
		break;
	default: break;
	}
	if (is_singleton(field->name) && is_repeated(head, field->name))
		return EDGE_DUPLICATE_HEADER;
	return EDGE_FINE;
}

static enum edge_refusal parse_field(struct str line, struct edge_head *head)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	struct edge_field field;
	enum edge_refusal refusal;

	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return EDGE_FOLDED_HEADER;
	if (!colon || colon == line.ptr)
		return EDGE_BAD_HEADER;
	field.name = (struct str){line.ptr, (size_t)(colon - line.ptr)};
	field.value = (struct str){colon + 1, line.len - field.name.len - 1};
	if (!edge_is_all(field.name, edge_is_token) || !is_value_text(field.value))
		return EDGE_BAD_HEADER;
	field.value = trim_spaces(field.value);
	refusal = note_field(head, &field);
	field.value = str_trim(field.value);
	head->fields[head->n_fields++] = field;
	return refusal;
}

/* What no single line tells. */
static enum edge_refusal check_framing(const struct edge_head *head)
{
	if (head->chunked && head->has_length)
		return EDGE_LENGTH_AND_ENCODING;
	if (head->chunked && head->is_http10)
		return EDGE_BAD_TRANSFER_ENCODING;
	if (!head->host.ptr && !head->is_http10)
		return EDGE_BAD_HOST;
	return EDGE_FINE;
}

enum edge_refusal edge_head_parse(struct arena *arena, const char *bytes, size_t head_len,
				  size_t n_lines, struct edge_head *head)
{
	struct str rest = {bytes, head_len - 2};
	enum edge_refusal refusal, of_line;

	*head = (struct edge_head){.fields = arena_alloc(arena, n_lines * sizeof *head->fields)};
	of_line = parse_request_line(take_line(&rest), head);
	refusal = EDGE_FINE;
	/* Also behind a line that is refused: the refusal says whom it lets read it (CORS). */
	while (refusal == EDGE_FINE && rest.len)
		refusal = parse_field(take_line(&rest), head);
	if (of_line != EDGE_FINE)
		return of_line;
	return refusal == EDGE_FINE ? check_framing(head) : refusal;
}

struct str edge_head_field(const struct edge_head *head, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < head->n_fields; i++)
		if (str_eq_nocase(head->fields[i].name, wanted))
			return head->fields[i].value;
	return (struct str){};
}
