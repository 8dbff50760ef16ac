#include <criterion/criterion.h>

#include "svc/policy.h"

static const char *const writes[] = {"notes:write"};

static struct principal of_kind(enum principal_kind kind)
{
	return (struct principal){.kind = kind, .role = "", .label = ""};
}

static struct principal holding(enum principal_kind kind)
{
	struct principal p = of_kind(kind);

	p.permissions = writes;
	p.n_permissions = 1;
	p.scopes = writes;
	p.n_scopes = 1;
	return p;
}

/* Which kinds a rule lets in: with nothing in hand, and with the permission and scope. */
struct row {
	const char *name;
	struct rpc_policy policy;
	const char *empty_handed; /* one letter a kind, in the order of the enum */
	const char *equipped;
};

static const char *const audit_only[] = {"audit", NULL};
static const char *const any_daemon[] = {"*", NULL};

/* Kinds: Anonymous User Api-key Partner-key Session serVice admIn. */
static const struct row rows[] = {
	{"public", {.is_public = true}, "AUKPSVI", "AUKPSVI"},
	{"signed in", {.signed_in = true}, ".U....I", ".U....I"},
	{"permission", {.permission = "notes:write"}, ".......", ".U....I"},
	{"other permission", {.permission = "notes:other"}, ".......", "......."},
	{"scope", {.scope = "notes:write"}, ".......", "..KP..."},
	{"both", {.permission = "notes:write", .scope = "notes:write"}, ".......", ".UKP..I"},
	{"session", {.session = true}, "....S..", "....S.."},
	{"admin", {.admin = true}, "......I", "......I"},
	{"internal", {.internal = audit_only}, ".......", "......."},
};

Test(policy, each_rule_lets_in_exactly_its_kinds)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int kind = PRINCIPAL_ANONYMOUS; kind <= PRINCIPAL_ADMIN; kind++) {
			struct principal bare = of_kind(kind), full = holding(kind);
			bool bare_in = is_ok(policy_check(&rows[i].policy, "gateway", &bare, 1));
			bool full_in = is_ok(policy_check(&rows[i].policy, "gateway", &full, 1));

			cr_expect_eq(bare_in, rows[i].empty_handed[kind] != '.',
				     "%s, kind %d, empty-handed", rows[i].name, kind);
			cr_expect_eq(full_in, rows[i].equipped[kind] != '.', "%s, kind %d",
				     rows[i].name, kind);
		}
	}
}

static void expect_reason(struct status st, enum status_code code, const char *reason)
{
	cr_assert_eq(st.code, code, "%s", reason_name(st.reason));
	cr_assert_str_eq(reason_name(st.reason), reason);
}

Test(policy, only_listed_daemons_pass_the_edge_by)
{
	struct rpc_policy listed = {.internal = audit_only}, open = {.is_public = true};
	struct rpc_policy anyone = {.internal = any_daemon};
	struct principal user = holding(PRINCIPAL_USER);

	cr_assert(is_ok(policy_check(&listed, "audit", &user, 1)));
	cr_assert(is_ok(policy_check(&anyone, "consumer", &user, 1)));
	expect_reason(policy_check(&listed, "tenant", &user, 1), STATUS_PERMISSION_DENIED,
		      "CALLER_NOT_ALLOWED");
	expect_reason(policy_check(&listed, "gateway", &user, 1), STATUS_PERMISSION_DENIED,
		      "CALLER_NOT_ALLOWED");
	expect_reason(policy_check(&open, "tenant", &user, 1), STATUS_PERMISSION_DENIED,
		      "CALLER_NOT_ALLOWED");
}

Test(policy, what_leaves_the_platform_needs_a_confirmed_address_of_a_user)
{
	struct rpc_policy policy = {
		.permission = "notes:write", .scope = "notes:write", .verified = true};
	struct principal user = holding(PRINCIPAL_USER), key = holding(PRINCIPAL_API_KEY);
	struct principal admin = holding(PRINCIPAL_ADMIN), bare = of_kind(PRINCIPAL_USER);

	expect_reason(policy_check(&policy, "gateway", &user, 1), STATUS_PERMISSION_DENIED,
		      "EMAIL_NOT_VERIFIED");
	user.verified = bare.verified = true;
	cr_assert(is_ok(policy_check(&policy, "gateway", &user, 1)));
	expect_reason(policy_check(&policy, "gateway", &bare, 1), STATUS_PERMISSION_DENIED,
		      "PERMISSION_REQUIRED");
	cr_assert(is_ok(policy_check(&policy, "gateway", &key, 1)));
	cr_assert(is_ok(policy_check(&policy, "gateway", &admin, 1)));
}

Test(policy, the_refusal_says_what_is_missing)
{
	struct rpc_policy policy = {.permission = "notes:write"};
	struct principal nobody = of_kind(PRINCIPAL_ANONYMOUS), bare = of_kind(PRINCIPAL_USER);
	struct principal stale = holding(PRINCIPAL_USER);

	expect_reason(policy_check(&policy, "gateway", &nobody, 1), STATUS_UNAUTHENTICATED,
		      "SIGN_IN_REQUIRED");
	expect_reason(policy_check(&policy, "gateway", &bare, 1), STATUS_PERMISSION_DENIED,
		      "PERMISSION_REQUIRED");
	stale.expires_at = 5;
	cr_assert(is_ok(policy_check(&policy, "gateway", &stale, 4)));
	expect_reason(policy_check(&policy, "gateway", &stale, 5), STATUS_UNAUTHENTICATED,
		      "TOKEN_EXPIRED");
}
