/* Who may call an rpc and how it runs: what does not go together. */
#include <ctype.h>

#include "lint.h"

#define DEADLINE_MS_MAX 60000

static const char *const c_keywords[] = {
	"auto",	    "break",  "case",	"char",	    "const",	"continue", "default",	"do",
	"double",   "else",   "enum",	"extern",   "float",	"for",	    "goto",	"if",
	"inline",   "int",    "long",	"register", "restrict", "return",   "short",	"signed",
	"sizeof",   "static", "struct", "switch",   "typedef",	"union",    "unsigned", "void",
	"volatile", "while",  "bool",	"true",	    "false",	"typeof",   "delete",	"new",
};

static bool is_keyword(const char *name)
{
	for (size_t i = 0; i < sizeof c_keywords / sizeof *c_keywords; i++)
		if (strcasecmp(c_keywords[i], name) == 0)
			return true;
	return false;
}

static void fail(struct pg_model *model, const struct pg_method *m, const char *what)
{
	model_fail(model, "%s: rpc %s: %s", m->service->file->path, m->name, what);
}

static void lint_shape(struct pg_model *model, const struct pg_method *m)
{
	if (is_keyword(m->name))
		fail(model, m, "the name is a keyword; say what it does to what");
	if (m->proto->client_streaming || m->proto->server_streaming)
		fail(model, m, "streams are not supported; page or use a blob");
}

static bool says_who(const Opt__Rule *r)
{
	return r->public_ || r->signed_in || *r->permission || *r->scope || r->session || r->admin;
}

/* "programs:write": one colon between lower-case words. */
static bool is_grant(const char *text)
{
	size_t colons = 0;

	for (const char *p = text; *p; p++) {
		colons += *p == ':';
		if (!islower((unsigned char)*p) && *p != ':' && *p != '_' && *p != '-')
			return false;
	}
	return colons == 1 && text[0] != ':' && text[strlen(text) - 1] != ':';
}

static void lint_who(struct pg_model *model, const struct pg_method *m)
{
	const Opt__Rule *r = m->rule;

	if (!m->n_bindings && !r->n_internal)
		fail(model, m,
		     "has neither google.api.http nor (aegis.rule).internal: nobody "
		     "could call it");
	if (m->n_bindings && !says_who(r))
		fail(model, m,
		     "is reachable by HTTP but (aegis.rule) says nobody: set public, "
		     "signed_in, permission, scope, session or admin");
	if (!m->n_bindings && says_who(r))
		fail(model, m, "has no HTTP binding, so only internal callers can be named");
	if (r->public_ && (r->signed_in || *r->permission || *r->scope || r->session || r->admin))
		fail(model, m, "is public and restricted at once");
	if (r->signed_in && *r->permission)
		fail(model, m, "asks for a permission, so signed_in says nothing; drop one");
	if (r->verified == OPT__VERIFIED__VERIFIED_REQUIRED && !r->signed_in && !*r->permission)
		fail(model, m, "asks for a confirmed address, but no signed-in user may call it");
	if (*r->permission && !is_grant(r->permission))
		fail(model, m, "a permission is written resource:verb");
	if (*r->scope && !is_grant(r->scope))
		fail(model, m, "a scope is written resource:verb");
}

static bool writes(const Opt__Rule *r)
{
	return r->tx == OPT__TX__TX_WRITE || r->tx == OPT__TX__TX_MANUAL;
}

static void lint_audit(struct pg_model *model, const struct pg_method *m)
{
	const Opt__Rule *r = m->rule;

	if (r->audit == OPT__AUDIT__AUDIT_READ && r->tx != OPT__TX__TX_WRITE)
		fail(model, m, "an audited read writes its event: tx must be TX_WRITE");
	if (r->audit == OPT__AUDIT__AUDIT_WRITE && !writes(r))
		fail(model, m, "an audited change needs TX_WRITE or TX_MANUAL");
	if (r->audit != OPT__AUDIT__AUDIT_NONE && !*r->audit_action)
		fail(model, m, "is audited but names no audit_action");
	if (r->audit == OPT__AUDIT__AUDIT_NONE && *r->audit_action)
		fail(model, m, "names an audit_action but is not audited");
}

static void lint_run(struct pg_model *model, const struct pg_method *m)
{
	const Opt__Rule *r = m->rule;

	if (r->idempotency != OPT__IDEMPOTENCY__IDEMPOTENCY_NONE && !writes(r))
		fail(model, m, "an Idempotency-Key needs TX_WRITE or TX_MANUAL");
	if (r->serializable && !writes(r))
		fail(model, m, "serializable needs TX_WRITE or TX_MANUAL");
	if (r->deadline_ms > DEADLINE_MS_MAX)
		fail(model, m, "the deadline is over a minute; make it a job");
	if (r->success && r->success != 200 && r->success != 201 && r->success != 202 &&
	    r->success != 204)
		fail(model, m, "success is 200, 201, 202 or 204");
	if (r->success == 204 && m->output->n_fields)
		fail(model, m, "204 has no body, but the response has fields");
}

void lint_method(struct pg_model *model, const struct pg_method *m)
{
	lint_shape(model, m);
	lint_who(model, m);
	lint_audit(model, m);
	lint_run(model, m);
}
