/* What a statement must and must not say (README.md, "Rules of statements"). */
#include "gen.h"

static bool is_op(const struct gen_token *token, const char *op)
{
	return token->kind == GEN_OP && str_eq_c(token->text, op);
}

static bool is_param(const struct gen_token *token, const char *name)
{
	return token->kind == GEN_PARAM && str_eq_c(token->text, name);
}

static const struct {
	const char *word;
	const char *why;
} refused_words[] = {
	{"now", "time is an argument, never the server's clock"},
	{"current_timestamp", "time is an argument, never the server's clock"},
	{"current_date", "time is an argument, never the server's clock"},
	{"current_time", "time is an argument, never the server's clock"},
	{"localtimestamp", "time is an argument, never the server's clock"},
	{"localtime", "time is an argument, never the server's clock"},
	{"clock_timestamp", "time is an argument, never the server's clock"},
	{"statement_timestamp", "time is an argument, never the server's clock"},
	{"transaction_timestamp", "time is an argument, never the server's clock"},
	{"timeofday", "time is an argument, never the server's clock"},
	{"set_config", "settings belong to the transaction runner"},
	{"current_setting", "settings belong to the transaction runner"},
	{"truncate", "the application roles may not truncate"},
};

static void lint_words(struct gen_file *file, const struct gen_query *q)
{
	for (size_t i = 0; i < q->n_tokens; i++) {
		/* A column may carry such a name: "c.now". */
		if (i > 0 && is_op(&q->tokens[i - 1], "."))
			continue;
		for (size_t j = 0; j < sizeof refused_words / sizeof refused_words[0]; j++)
			if (gen_is_word(&q->tokens[i], refused_words[j].word))
				gen_error(file, q->tokens[i].line, "'%s': %s",
					  refused_words[j].word, refused_words[j].why);
	}
}

/* A star is multiplication after a value, count(*) in parentheses, else a list of unknown columns.
 */
static void lint_stars(struct gen_file *file, const struct gen_query *q)
{
	for (size_t i = 0; i < q->n_tokens; i++) {
		const struct gen_token *before = &q->tokens[i ? i - 1 : 0];
		bool is_count;

		if (!is_op(&q->tokens[i], "*"))
			continue;
		is_count = i >= 2 && i + 1 < q->n_tokens && is_op(before, "(") &&
			   q->tokens[i - 2].kind == GEN_WORD && is_op(&q->tokens[i + 1], ")");
		if (i == 0 || is_op(before, ".") || is_op(before, ",") ||
		    gen_is_word(before, "select") || gen_is_word(before, "distinct") ||
		    gen_is_word(before, "all") || gen_is_word(before, "returning") ||
		    (is_op(before, "(") && !is_count))
			gen_error(file, q->tokens[i].line, "list the columns instead of *");
	}
}

/* Does "tenant_id = :tenant" begin at token i? */
static bool names_tenant_at(const struct gen_query *q, size_t i)
{
	return i + 2 < q->n_tokens && gen_is_word(&q->tokens[i], "tenant_id") &&
	       is_op(&q->tokens[i + 1], "=") && is_param(&q->tokens[i + 2], "tenant");
}

static bool starts_write(const struct gen_query *q, size_t i)
{
	const struct gen_token *t = &q->tokens[i];
	const struct gen_token *before = i ? t - 1 : NULL;

	if (gen_is_word(t, "insert"))
		return true;
	if (!gen_is_word(t, "update") && !gen_is_word(t, "delete"))
		return false;
	/* FOR UPDATE, FOR NO KEY UPDATE lock; ON CONFLICT DO UPDATE belongs to its INSERT. */
	return !before || !(gen_is_word(before, "for") || gen_is_word(before, "key") ||
			    gen_is_word(before, "do"));
}

/* What is said between a writing verb and the end of its part: of its parentheses, or the next
 * verb. */
struct write_part {
	bool has_column, has_value, has_condition;
};

static struct write_part read_part(const struct gen_query *q, size_t verb)
{
	struct write_part part = {};
	int depth = 0;

	for (size_t i = verb + 1; i < q->n_tokens && depth >= 0 && !starts_write(q, i); i++) {
		depth += is_op(&q->tokens[i], "(") - is_op(&q->tokens[i], ")");
		part.has_column = part.has_column || gen_is_word(&q->tokens[i], "tenant_id");
		part.has_value = part.has_value || is_param(&q->tokens[i], "tenant");
		part.has_condition = part.has_condition || names_tenant_at(q, i);
	}
	return part;
}

/* Each writing part must hold the tenant: INSERT as a value, the others as a condition. */
static void lint_writes(struct gen_file *file, const struct gen_query *q)
{
	for (size_t i = 0; i < q->n_tokens; i++) {
		bool is_insert = gen_is_word(&q->tokens[i], "insert");
		struct write_part part;

		if (!starts_write(q, i))
			continue;
		part = read_part(q, i);
		if (is_insert && !(part.has_column && part.has_value))
			gen_error(file, q->tokens[i].line,
				  "INSERT must fill tenant_id from :tenant");
		if (!is_insert && !part.has_condition)
			gen_error(file, q->tokens[i].line, STR_FMT " must say tenant_id = :tenant",
				  STR_ARG(q->tokens[i].text));
	}
}

static void lint_tenant(struct gen_file *file, struct gen_query *q)
{
	bool is_bound = false, has_condition = false, has_table = false, is_insert;

	for (size_t i = 0; i < q->n_tokens; i++) {
		is_bound = is_bound || is_param(&q->tokens[i], "tenant");
		has_condition = has_condition || names_tenant_at(q, i);
		has_table = has_table || gen_is_word(&q->tokens[i], "from") ||
			    gen_is_word(&q->tokens[i], "join") || starts_write(q, i);
	}
	is_insert = gen_is_word(&q->tokens[0], "insert");
	if (q->has_scope && is_bound)
		gen_error(file, q->line, "'%s' says it is not a tenant's, yet binds :tenant",
			  q->name);
	if (!q->has_scope && !is_bound && !has_table)
		q->scope = DB_SCOPE_NO_TENANT;
	else if (!q->has_scope && !is_bound)
		gen_error(
			file, q->line,
			"'%s' does not name tenant_id = :tenant (mark it no-tenant when its tables "
			"belong to none, all-tenants when a relay runs it)",
			q->name);
	else if (!q->has_scope && has_table && !has_condition && !is_insert)
		gen_error(file, q->line, "'%s' binds :tenant but never says tenant_id = :tenant",
			  q->name);
	else if (!q->has_scope && has_table)
		lint_writes(file, q);
}

static bool is_lock_word(const struct gen_query *q, size_t i)
{
	return gen_is_word(&q->tokens[i], "for") && i + 1 < q->n_tokens &&
	       (gen_is_word(&q->tokens[i + 1], "update") ||
		gen_is_word(&q->tokens[i + 1], "share") || gen_is_word(&q->tokens[i + 1], "no") ||
		gen_is_word(&q->tokens[i + 1], "key"));
}

/* Reads and locks nothing?  Advisory locks count as locks. */
static bool is_plain_read(const struct gen_query *q)
{
	if (!gen_is_word(&q->tokens[0], "select") && !gen_is_word(&q->tokens[0], "with"))
		return false;
	for (size_t i = 0; i < q->n_tokens; i++) {
		if (starts_write(q, i) || is_lock_word(q, i) ||
		    gen_is_word(&q->tokens[i], "nextval"))
			return false;
		if (q->tokens[i].kind == GEN_WORD && q->tokens[i].text.len > 12 &&
		    strncmp(q->tokens[i].text.ptr, "pg_", 3) == 0 &&
		    memmem(q->tokens[i].text.ptr, q->tokens[i].text.len, "advisory", 8))
			return false;
	}
	return true;
}

void gen_lint(struct gen_file *file, struct gen_query *q)
{
	static const char *const verbs[] = {"select", "with", "insert", "update", "delete", NULL};
	bool is_known = false;

	if (q->n_tokens == 0) {
		gen_error(file, q->line, "'%s' has no statement", q->name);
		return;
	}
	for (size_t i = 0; verbs[i]; i++)
		is_known = is_known || gen_is_word(&q->tokens[0], verbs[i]);
	if (!is_known)
		gen_error(file, q->tokens[0].line,
			  "a statement begins with SELECT, WITH, INSERT, UPDATE or DELETE");
	lint_words(file, q);
	lint_stars(file, q);
	lint_tenant(file, q);
	q->is_read = is_plain_read(q);
	if (q->says_read && !q->is_read)
		gen_error(file, q->line, "'%s' is marked read, but writes or locks", q->name);
}
