#include "tenant_world.h"

#include <criterion/hooks.h>
#include <pthread.h>

TEST_DATABASE

TestSuite(tenant, .init = world_start, .fini = daemons_stop, .timeout = 60);

Test(tenant, asked_for_twice_it_is_made_once_and_told_once)
{
	struct uuid acme = a_tenant_id("acme"), ann = an_id("ann");

	expect_ok(create("Acme", acme, ann));
	expect_ok(create("Acme", acme, ann));
	expect_count(1, acme, "tenant.tenant");
	expect_count(1, acme, "tenant.member WHERE role = 'owner'");
	cr_assert_eq(events_out("tenant", acme, "tenant.created"), 1);
}

Test(tenant, only_auth_may_make_one)
{
	Tenant__CreateTenantRequest req = TENANT__CREATE_TENANT_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");

	req.id = req.owner_user_id = text(acme);
	req.name = "Acme";
	req.owner_email = "ann@acme.example";
	expect_fail(call(as_daemon("program", acme), "CreateTenant", &req), PERMISSION_DENIED,
		    "CALLER_NOT_ALLOWED");
	expect_count(0, acme, "tenant.tenant");
}

Test(tenant, a_discarded_one_is_gone_and_stays_gone)
{
	Tenant__DiscardTenantRequest req = TENANT__DISCARD_TENANT_REQUEST__INIT;
	Tenant__GetMyTenantRequest get = TENANT__GET_MY_TENANT_REQUEST__INIT;
	struct uuid acme = a_tenant("acme");

	req.id = text(acme);
	expect_ok(call(as_daemon("auth", acme), "DiscardTenant", &req));
	expect_ok(call(as_daemon("auth", acme), "DiscardTenant", &req));
	expect_fail(call(as(acme, "ann"), "GetMyTenant", &get), NOT_FOUND, "TENANT_NOT_FOUND");
	expect_fail(create("Acme", acme, an_id("ann")), FAILED_PRECONDITION, "TENANT_DISCARDED");
	cr_assert_eq(events_out("tenant", acme, "tenant.discarded"), 1);
}

Test(tenant, changes_only_what_the_mask_names_and_refuses_a_stale_version)
{
	Tenant__UpdateMyTenantRequest req = TENANT__UPDATE_MY_TENANT_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Tenant__Tenant change = TENANT__TENANT__INIT;
	struct uuid acme = a_tenant("Acme");
	const Tenant__Tenant *now;

	mask.n_paths = 1;
	mask.paths = (char *[]){"locale"};
	change.locale = "es-US";
	change.name = "ignored";
	req.tenant = &change;
	req.update_mask = &mask;
	now = expect_ok(call(as(acme, "ann"), "UpdateMyTenant", &req));
	cr_assert_str_eq(now->name, "Acme");
	cr_assert_str_eq(now->locale, "es-US");
	change.version = 1;
	expect_fail(call(as(acme, "ann"), "UpdateMyTenant", &req), ABORTED, "VERSION_CONFLICT");
	mask.paths = (char *[]){"status"};
	expect_field(call(as(acme, "ann"), "UpdateMyTenant", &req), "tenant.status", "READ_ONLY");
}

Test(tenant, keeps_a_name_that_can_be_read)
{
	Tenant__UpdateMyTenantRequest req = TENANT__UPDATE_MY_TENANT_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Tenant__Tenant change = TENANT__TENANT__INIT;
	struct uuid acme = a_tenant("Acme");
	const Tenant__Tenant *now;

	mask.n_paths = 1;
	mask.paths = (char *[]){"name"};
	change.name = "  ";
	req.tenant = &change;
	req.update_mask = &mask;
	expect_field(call(as(acme, "ann"), "UpdateMyTenant", &req), "tenant.name", "REQUIRED");
	change.name = " Acme Pharma ";
	now = expect_ok(call(as(acme, "ann"), "UpdateMyTenant", &req));
	cr_assert_str_eq(now->name, "Acme Pharma");
}

Test(tenant, the_last_owner_stays_an_owner)
{
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest demote = TENANT__UPDATE_USER_REQUEST__INIT;
	Tenant__RemoveUserRequest removal = TENANT__REMOVE_USER_REQUEST__INIT;
	struct uuid acme = a_tenant("acme"), ann = as(acme, "ann")->principal.id;

	demote.user = &user;
	demote.id = removal.id = text(ann);
	user.role = "viewer";
	expect_fail(call(as(acme, "ann"), "UpdateUser", &demote), FAILED_PRECONDITION,
		    "LAST_OWNER");
	expect_fail(call(as(acme, "ann"), "RemoveUser", &removal), FAILED_PRECONDITION,
		    "LAST_OWNER");
	a_member(acme, "bob", "owner");
	demote.id = text(ann);
	expect_ok(call(as(acme, "ann"), "UpdateUser", &demote));
	cr_assert_eq(events_out("tenant", acme, "membership.changed"), 2, "audit and auth");
}

Test(tenant, a_role_change_that_builds_on_an_older_state_of_the_member_is_refused)
{
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest update = TENANT__UPDATE_USER_REQUEST__INIT;
	struct uuid acme = a_tenant("acme"), bob = a_member(acme, "bob", "viewer");
	const Tenant__Member *now;

	update.user = &user;
	update.id = text(bob);
	user.role = "editor";
	user.version = 1;
	now = expect_ok(call(as(acme, "ann"), "UpdateUser", &update));
	cr_assert_eq(now->version, 2);
	user.role = "admin";
	expect_fail(call(as(acme, "ann"), "UpdateUser", &update), ABORTED, "VERSION_CONFLICT");
	expect_count(1, acme, "tenant.member WHERE role = 'editor'");
}

Test(tenant, a_problem_of_a_read_only_member_is_told_by_its_json_name)
{
	Tenant__UpdateMyTenantRequest req = TENANT__UPDATE_MY_TENANT_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Tenant__Tenant change = TENANT__TENANT__INIT;
	struct uuid acme = a_tenant("acme");

	mask.paths = (char *[]){"created_at"};
	mask.n_paths = 1;
	req.tenant = &change;
	req.update_mask = &mask;
	expect_field(call(as(acme, "ann"), "UpdateMyTenant", &req), "tenant.createdAt",
		     "READ_ONLY");
}

struct demotion {
	const struct caller *who;
	struct svc_worker *worker;
	char member[UUID_TEXT];
	struct status status;
};

static void *demote(void *arg)
{
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest req = TENANT__UPDATE_USER_REQUEST__INIT;
	struct demotion *demotion = arg;

	req.user = &user;
	req.id = demotion->member;
	user.role = "viewer";
	demotion->status = call_on(demotion->worker, demotion->who, "UpdateUser", &req).status;
	return NULL;
}

Test(tenant, two_owners_cannot_demote_each_other_at_once)
{
	struct uuid acme = a_tenant("acme");
	struct uuid owners[2] = {as(acme, "ann")->principal.id, a_member(acme, "bob", "owner")};
	struct demotion demotions[2] = {};
	pthread_t threads[2];

	for (int i = 0; i < 2; i++) {
		demotions[i].who = as(acme, i ? "ann" : "bob");
		demotions[i].worker = worker_new(daemon_under_test);
		uuid_format(demotions[i].member, owners[i]);
	}
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, demote, &demotions[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++)
		svc_worker_free(&demotions[i].worker);
	expect_count(1, acme, "tenant.member WHERE role = 'owner' AND active");
	cr_assert_neq(is_ok(demotions[0].status), is_ok(demotions[1].status));
}

Test(tenant, lists_its_members_page_by_page_and_nobody_elses)
{
	Tenant__ListUsersRequest req = TENANT__LIST_USERS_REQUEST__INIT;
	struct uuid acme = a_tenant("acme"), beta = a_tenant("beta");
	const Tenant__ListUsersResponse *page;
	size_t seen = 0;

	for (int i = 0; i < 5; i++)
		a_member(acme, (const char *[]){"bea", "cid", "dan", "eve", "fay"}[i], "viewer");
	req.page_size = 2;
	do {
		page = expect_ok(call(as(acme, "ann"), "ListUsers", &req));
		seen += page->n_users;
		req.page_token = page->next_page_token;
	} while (*page->next_page_token);
	cr_assert_eq(seen, 6);
	req.page_token = "";
	page = expect_ok(call(as(beta, "ann"), "ListUsers", &req));
	cr_assert_eq(page->n_users, 1);
	req.page_token = "bm90IGEgdG9rZW4";
	expect_fail(call(as(beta, "ann"), "ListUsers", &req), INVALID_ARGUMENT,
		    "PAGE_TOKEN_MISMATCH");
}

Test(tenant, a_member_of_another_tenant_is_not_found)
{
	Tenant__GetUserRequest get = TENANT__GET_USER_REQUEST__INIT;
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest update = TENANT__UPDATE_USER_REQUEST__INIT;
	Tenant__RemoveUserRequest removal = TENANT__REMOVE_USER_REQUEST__INIT;
	struct uuid acme = a_tenant("acme"), beta = a_tenant("beta");

	get.id = update.id = removal.id = text(a_member(acme, "cid", "viewer"));
	update.user = &user;
	user.role = "viewer";
	expect_fail(call(as(beta, "bob"), "GetUser", &get), NOT_FOUND, "USER_NOT_FOUND");
	expect_fail(call(as(beta, "ann"), "UpdateUser", &update), NOT_FOUND, "USER_NOT_FOUND");
	expect_fail(call(as(beta, "ann"), "RemoveUser", &removal), NOT_FOUND, "USER_NOT_FOUND");
}

Test(tenant, who_has_not_confirmed_their_address_names_no_addresses_for_alerts)
{
	Tenant__PutSettingsRequest req = TENANT__PUT_SETTINGS_REQUEST__INIT;
	Tenant__Settings settings = TENANT__SETTINGS__INIT;
	struct uuid acme = a_tenant("acme");

	settings.n_alert_emails = 1;
	settings.alert_emails = (const char *[]){"stranger@example.org"};
	req.settings = &settings;
	expect_fail(call(as_unconfirmed(acme, "ann"), "PutSettings", &req), PERMISSION_DENIED,
		    "EMAIL_NOT_VERIFIED");
	expect_ok(call(as(acme, "ann"), "PutSettings", &req));
}

Test(tenant, settings_are_checked_and_versioned)
{
	Tenant__PutSettingsRequest req = TENANT__PUT_SETTINGS_REQUEST__INIT;
	Tenant__Settings settings = TENANT__SETTINGS__INIT;
	struct uuid acme = a_tenant("acme");
	const Tenant__Settings *now;

	settings.n_alert_emails = 1;
	settings.alert_emails = (const char *[]){"not an address"};
	req.settings = &settings;
	expect_field(call(as(acme, "ann"), "PutSettings", &req), "settings.alertEmails[0]",
		     "NOT_EMAIL");
	settings.alert_emails = (const char *[]){"compliance@acme.example"};
	now = expect_ok(call(as(acme, "ann"), "PutSettings", &req));
	cr_assert_eq(now->version, 2);
	settings.version = 1;
	expect_fail(call(as(acme, "ann"), "PutSettings", &req), ABORTED, "VERSION_CONFLICT");
}

Test(tenant, an_administrator_suspends_and_resumes_and_a_user_may_not)
{
	Tenant__SuspendTenantRequest suspend = TENANT__SUSPEND_TENANT_REQUEST__INIT;
	Tenant__ResumeTenantRequest resume = TENANT__RESUME_TENANT_REQUEST__INIT;
	Tenant__GetTenantRequest get = TENANT__GET_TENANT_REQUEST__INIT;
	struct uuid acme = a_tenant("acme");
	const Tenant__Tenant *tenant;

	suspend.id = resume.id = get.tenant_id = text(acme);
	suspend.reason = "unpaid";
	cr_assert_eq(call(as(acme, "ann"), "SuspendTenant", &suspend).status.code,
		     STATUS_PERMISSION_DENIED);
	expect_ok(call(as_admin("root"), "SuspendTenant", &suspend));
	tenant = expect_ok(call(as_admin_in(acme, "root"), "GetTenant", &get));
	cr_assert_eq(tenant->status, TENANT__TENANT_STATUS__TENANT_SUSPENDED);
	tenant = expect_ok(call(as_admin("root"), "ResumeTenant", &resume));
	cr_assert_eq(tenant->status, TENANT__TENANT_STATUS__TENANT_ACTIVE);
	expect_fail(call(as_admin_in(an_id("nobody"), "root"), "GetTenant", &get), NOT_FOUND,
		    "TENANT_NOT_FOUND");
}

Test(tenant, lists_what_each_permission_is_for)
{
	Tenant__ListPermissionsRequest req = TENANT__LIST_PERMISSIONS_REQUEST__INIT;
	struct uuid acme = a_tenant("acme");
	const Tenant__ListPermissionsResponse *resp =
		expect_ok(call(as(acme, "ann"), "ListPermissions", &req));

	cr_assert_gt(resp->n_permissions, 10);
	cr_assert_not_null(strchr(resp->permissions[0]->name, ':'));
	cr_assert_gt(resp->permissions[0]->n_roles, 0);
}

static struct answer change(struct uuid tenant, const char *path, const char *value)
{
	Tenant__UpdateMyTenantRequest req = TENANT__UPDATE_MY_TENANT_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Tenant__Tenant changed = TENANT__TENANT__INIT;
	char *paths[] = {(char *)path};

	mask.n_paths = 1;
	mask.paths = paths;
	if (strcmp(path, "time_zone") == 0)
		changed.time_zone = value;
	else
		changed.locale = value;
	req.tenant = &changed;
	req.update_mask = &mask;
	return call(as(tenant, "ann"), "UpdateMyTenant", &req);
}

Test(tenant, takes_a_zone_of_the_database_and_no_other)
{
	static const char *const wrong[] = {"Mars/Phobos",   "",  "+05:00", "EST",
					    "../etc/passwd", NULL};
	struct uuid acme = a_tenant("acme");
	const Tenant__Tenant *changed = expect_ok(change(acme, "time_zone", "Pacific/Honolulu"));

	cr_assert_str_eq(changed->time_zone, "Pacific/Honolulu");
	for (const char *const *zone = wrong; *zone; zone++)
		expect_field(change(acme, "time_zone", *zone), "tenant.timeZone", "UNKNOWN_ZONE");
	expect_count(1, acme, "tenant.tenant WHERE time_zone = 'Pacific/Honolulu'");
}

Test(tenant, takes_a_language_tag_that_exists_and_no_other)
{
	static const char *const wrong[] = {"xx-US", "", "english", "en_US", "en-ZZ", NULL};
	struct uuid acme = a_tenant("acme");

	expect_ok(change(acme, "locale", "es-PR"));
	for (const char *const *locale = wrong; *locale; locale++)
		expect_field(change(acme, "locale", *locale), "tenant.locale", "UNKNOWN_LOCALE");
	expect_count(1, acme, "tenant.tenant WHERE locale = 'es-PR'");
}

/* As the versions before left it. */
Test(tenant, with_a_zone_that_is_none_counts_its_days_in_greenwich_after_the_migration)
{
	struct uuid acme = a_tenant("acme"), beta = a_tenant("beta");
	struct str migration = test_file("services/tenant/sql/0002_known_zones.sql");

	test_sql("UPDATE tenant.tenant SET time_zone = 'Mars/Phobos' WHERE tenant_id = '%s'",
		 text(acme));
	expect_ok(change(beta, "time_zone", "America/New_York"));
	test_sql("%s", migration.ptr);
	expect_count(1, acme, "tenant.tenant WHERE time_zone = 'UTC'");
	expect_count(1, beta, "tenant.tenant WHERE time_zone = 'America/New_York'");
}
