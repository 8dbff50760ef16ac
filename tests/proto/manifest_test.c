/* The lists of proto/manifest as C sees them, against each other and the services. */
#include <criterion/criterion.h>
#include <string.h>

#include "contract/manifest.h"
#include "contract/method.h"
#include "contract/route.h"

static void expect_at_least(const char *more, const char *less)
{
	for (const struct contract_permission *p = contract_permissions; p->name; p++)
		if (contract_role_has(less, p->name))
			cr_expect(contract_role_has(more, p->name), "%s may %s, %s may not", less,
				  p->name, more);
}

Test(manifest, a_higher_role_may_do_all_that_a_lower_one_may)
{
	expect_at_least("owner", "admin");
	expect_at_least("admin", "editor");
	expect_at_least("editor", "viewer");
}

Test(manifest, the_owner_may_do_everything)
{
	const char *names[64];
	size_t n = contract_role_permissions("owner", names, 64), all = 0;

	for (const struct contract_permission *p = contract_permissions; p->name; p++)
		all++;
	cr_expect_eq(n, all);
	cr_expect_gt(n, 10);
	for (size_t i = 1; i < n; i++)
		cr_expect_lt(strcmp(names[i - 1], names[i]), 0);
}

Test(manifest, a_role_covers_those_that_hold_no_more_than_it)
{
	cr_expect(contract_role_covers("owner", "admin"));
	cr_expect_not(contract_role_covers("admin", "owner"));
	cr_expect(contract_role_covers("editor", "editor"));
	cr_expect_not(contract_role_covers("viewer", "doctor"));
	cr_expect_not(contract_role_covers("emperor", "viewer"));
	cr_expect_not(contract_role_covers("owner", "emperor"));
}

Test(manifest, a_viewer_changes_nothing)
{
	const char *names[64];
	size_t n = contract_role_permissions("viewer", names, 64);

	cr_expect_gt(n, 0);
	for (size_t i = 0; i < n; i++)
		cr_expect(strstr(names[i], ":read"), "%s", names[i]);
}

Test(manifest, unknown_names_are_unknown)
{
	const char *names[1];

	cr_expect_eq(contract_role_permissions("emperor", names, 1), 0);
	cr_expect_not(contract_role_exists("emperor"));
	cr_expect(contract_role_exists("editor"));
	cr_expect_not(contract_role_has("owner", "moon:write"));
	cr_expect_null(contract_permission_find("moon:write"));
}

Test(manifest, counts_on_when_the_array_is_full)
{
	const char *names[2] = {};

	cr_expect_gt(contract_role_permissions("owner", names, 1), 1);
	cr_expect_null(names[1]);
}

Test(manifest, every_route_asks_for_something_that_can_be_had)
{
	for (size_t i = 0; i < gw_n_routes; i++) {
		const struct rpc_policy *p =
			&gw_routes[i].service->methods[gw_routes[i].method_index].policy;

		if (p->permission)
			cr_expect(contract_role_has("owner", p->permission), "%s", p->permission);
	}
}
