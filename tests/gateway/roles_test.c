/*
 * Every operation of the contract with the token of every role: it is let in exactly when the
 * manifest gives the role the permission that the operation asks for.  A new operation, role or
 * permission is in it by itself.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "contract/manifest.h"
#include "contract/route.h"
#include "gateway/fixture.h"

TestSuite(roles, .init = fixture_up, .fini = fixture_down, .timeout = 120);

static const char *const verbs[] = {[HTTP_GET] = "GET",
				    [HTTP_POST] = "POST",
				    [HTTP_PUT] = "PUT",
				    [HTTP_PATCH] = "PATCH",
				    [HTTP_DELETE] = "DELETE"};

static const char *token_of(const char *role)
{
	static char words[4096];
	const char *names[64];
	size_t n = contract_role_permissions(role, names, 64), len = 0;

	cr_assert_leq(n, 64);
	words[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(words + len, sizeof words - len, "%s ", names[i]);
	return a_token(.role = role, .permissions = words, .verified = true);
}

/* Each variable becomes an id, that of a tenant the caller's own. */
static void aim(char *path, size_t size, const char *pattern)
{
	size_t len = 0;

	for (const char *p = pattern; *p && len + 1 < size;) {
		if (*p == '{') {
			len += (size_t)snprintf(path + len, size - len, "%s",
						strncmp(p, "{tenant_id", 10) == 0 ? TENANT
										  : PROGRAM);
			p = strchr(p, '}') + 1;
		} else {
			path[len++] = *p++;
		}
	}
	path[len] = '\0';
}

static bool lets_in(const struct gw_route *route, const char *token, const char *role)
{
	char path[512];
	struct raw_answer answer;
	bool is_in;

	aim(path, sizeof path, route->pattern);
	answer = http_of(path, (struct http_args){.method = verbs[route->verb],
						  .token = token,
						  .body = route->body ? "{}" : NULL});
	cr_assert_neq(answer.status, 429, "%s %s", verbs[route->verb], path);
	cr_assert_neq(answer.status, 401, "%s as %s: %s", path, role, answer.body);
	is_in = answer.status != 403;
	raw_answer_free(&answer);
	return is_in;
}

static bool may(const struct rpc_policy *policy, const char *role)
{
	return policy->is_public || policy->signed_in ||
	       (policy->permission && contract_role_has(role, policy->permission));
}

Test(roles, each_operation_lets_in_exactly_the_roles_that_the_manifest_names)
{
	int let_in = 0, refused = 0;

	config.rate_percent = 100000;
	fixture_start();
	fixture_put_session(1);
	for (const char *const *role = contract_roles; *role; role++) {
		const char *token = token_of(*role);

		for (size_t i = 0; i < gw_n_routes; i++) {
			const struct gw_route *route = &gw_routes[i];
			bool expected = may(&route_method(route)->policy, *role);

			cr_expect_eq(lets_in(route, token, *role), expected, "%s %s as %s",
				     verbs[route->verb], route->pattern, *role);
			let_in += expected;
			refused += !expected;
		}
	}
	fprintf(stderr, "%d calls let in, %d refused\n", let_in, refused);
	cr_assert_gt(let_in, 100);
	cr_assert_gt(refused, 100);
}
