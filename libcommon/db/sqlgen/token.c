/* Splits a statement into the tokens that lint and binding look at. */
#include <ctype.h>

#include "gen.h"

struct scan {
	struct gen_file *file;
	struct gen_query *query;
	const char *at;
	const char *end;
	unsigned line;
	bool is_spaced;
	bool is_expanded; /* what stands for {row} is read, not the file */
};

bool gen_is_word(const struct gen_token *token, const char *word)
{
	return token->kind == GEN_WORD && str_eq_nocase(token->text, str_of(word));
}

static bool at_pair(const struct scan *s, const char *pair)
{
	return s->end - s->at >= 2 && s->at[0] == pair[0] && s->at[1] == pair[1];
}

static void skip_space(struct scan *s)
{
	s->is_spaced = false;
	while (s->at < s->end && isspace((unsigned char)*s->at)) {
		s->is_spaced = true;
		s->line += *s->at++ == '\n';
	}
}

static bool add(struct scan *s, enum gen_token_kind kind, const char *from, const char *to)
{
	struct gen_query *q = s->query;

	if (q->n_tokens == GEN_MAX_TOKENS) {
		gen_error(s->file, s->line, "the statement is too long");
		return false;
	}
	q->tokens[q->n_tokens++] =
		(struct gen_token){kind, {from, (size_t)(to - from)}, s->is_spaced, s->line};
	return true;
}

/* '…' or "…", a doubled quote inside stands for itself. */
static bool scan_quoted(struct scan *s, char quote)
{
	const char *from = s->at++;

	while (s->at < s->end) {
		if (*s->at == '\n')
			break;
		if (*s->at++ != quote)
			continue;
		if (s->at < s->end && *s->at == quote) {
			s->at++;
			continue;
		}
		return add(s, quote == '"' ? GEN_QUOTED : GEN_STRING, from, s->at);
	}
	gen_error(s->file, s->line, "a quote is not closed on its line");
	return false;
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* ":program.name": a column of an argument that is a row. */
static bool at_column(const struct scan *s)
{
	return *s->at == '.' && s->end - s->at >= 2 && is_word_char(s->at[1]);
}

static bool scan_word(struct scan *s, enum gen_token_kind kind)
{
	const char *from = s->at;

	while (s->at < s->end && (is_word_char(*s->at) || (kind == GEN_NUMBER && *s->at == '.') ||
				  (kind == GEN_PARAM && at_column(s))))
		s->at++;
	if (kind == GEN_WORD && s->at < s->end && *s->at == '\'') {
		gen_error(s->file, s->line, "prefixed strings (E'', B'', U&'') are not allowed");
		return false;
	}
	return add(s, kind, from, s->at);
}

static bool refuse(struct scan *s)
{
	const char *what = NULL;

	if (at_pair(s, "--") || at_pair(s, "/*"))
		what = "comments inside a statement are not allowed: put them above its name";
	else if (*s->at == '$')
		what = "$1 and dollar quotes are not allowed: arguments are :names";
	else if (*s->at == '\\' || *s->at == '`' || (unsigned char)*s->at >= 0x80 || *s->at == 0)
		what = "a character that no statement needs";
	if (what)
		gen_error(s->file, s->line, "%s", what);
	return what != NULL;
}

static bool scan_one(struct scan *s);

/* {row} and its kin: the tokens of what stands for it. */
static bool scan_row(struct scan *s)
{
	const char *close = memchr(s->at, '}', (size_t)(s->end - s->at));
	struct scan in = *s;
	const char *text;

	if (s->is_expanded || !close) {
		gen_error(s->file, s->line, "{row} does not close, or stands inside another");
		return false;
	}
	text = gen_expand(s->file, s->query, s->line,
			  (struct str){s->at + 1, (size_t)(close - s->at - 1)});
	if (!text)
		return false;
	in.at = text;
	in.end = text + strlen(text);
	in.is_expanded = true;
	while (in.at < in.end) {
		if (!scan_one(&in))
			return false;
		skip_space(&in);
	}
	for (; s->at <= close; s->at++)
		s->line += *s->at == '\n';
	return true;
}

static bool scan_one(struct scan *s)
{
	const char *from = s->at;

	if (refuse(s))
		return false;
	if (*s->at == '{')
		return scan_row(s);
	if (*s->at == '\'' || *s->at == '"')
		return scan_quoted(s, *s->at);
	if (isdigit((unsigned char)*s->at))
		return scan_word(s, GEN_NUMBER);
	if (is_word_char(*s->at))
		return scan_word(s, GEN_WORD);
	if (at_pair(s, "::") || at_pair(s, ":=") || at_pair(s, "=>")) {
		s->at += 2;
		return add(s, GEN_OP, from, s->at);
	}
	if (*s->at == ':') {
		s->at++;
		return scan_word(s, GEN_PARAM) &&
		       (s->query->tokens[s->query->n_tokens - 1].text.len > 0 ||
			(gen_error(s->file, s->line, "a lone colon"), false));
	}
	s->at++;
	return add(s, GEN_OP, from, s->at);
}

bool gen_tokenize(struct gen_file *file, struct gen_query *query, struct str *text, unsigned *line)
{
	struct scan s = {file, query, text->ptr, text->ptr + text->len, *line, false, false};
	bool is_done = false;

	query->tokens = arena_array_of(file->arena, struct gen_token, GEN_MAX_TOKENS);
	while (!is_done) {
		skip_space(&s);
		if (s.at == s.end) {
			gen_error(file, s.line, "'%s' does not end with a semicolon", query->name);
			break;
		}
		if (*s.at == ';') {
			s.at++;
			is_done = true;
		} else if (!scan_one(&s)) {
			break;
		}
	}
	*text = (struct str){s.at, (size_t)(s.end - s.at)};
	*line = s.line;
	return is_done;
}
