/* Partners and their keys. */
#include "crypto/bearer.h"
#include "world.h"

#include <google/protobuf/field_mask.pb-c.h>

#include "contract/time.h"
#include "support/svc_test_internal.h"

TEST_DATABASE
static void start(void)
{
	consumer = daemon_start(&consumer_daemon);
	acme = a_tenant_id("acme");
	other = a_tenant_id("other");
}
TestSuite(partner, .init = start, .fini = world_stop, .timeout = 120);

static struct answer try_create(struct uuid tenant, const char *name)
{
	Consumer__Partner partner = CONSUMER__PARTNER__INIT;
	Consumer__CreatePartnerRequest request = CONSUMER__CREATE_PARTNER_REQUEST__INIT;

	request.partner = &partner;
	partner.name = name;
	partner.kind = CONSUMER__PARTNER_KIND__RETAIL;
	return ask(as(tenant, "ann"), "CreatePartner", &request);
}

static const char *a_partner(const char *name)
{
	return ((const Consumer__Partner *)expect_ok(try_create(acme, name)))->id;
}

static struct answer try_get_partner(const struct caller *who, const char *id)
{
	Consumer__GetPartnerRequest request = CONSUMER__GET_PARTNER_REQUEST__INIT;

	request.id = id;
	return ask(who, "GetPartner", &request);
}

struct change {
	const char *field, *name;
	bool active;
	int64_t version;
};

static struct answer try_update(const struct caller *who, const char *id, struct change change)
{
	Consumer__UpdatePartnerRequest request = CONSUMER__UPDATE_PARTNER_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	Consumer__Partner partner = CONSUMER__PARTNER__INIT;
	char *paths[1] = {(char *)change.field};

	mask.n_paths = 1;
	mask.paths = (void *)paths;
	partner.name = change.name ? change.name : "";
	partner.active = change.active;
	partner.version = change.version;
	request.id = id;
	request.partner = &partner;
	request.update_mask = &mask;
	return ask(who, "UpdatePartner", &request);
}

static struct answer try_delete(const struct caller *who, const char *id)
{
	Consumer__DeletePartnerRequest request = CONSUMER__DELETE_PARTNER_REQUEST__INIT;

	request.id = id;
	return ask(who, "DeletePartner", &request);
}

static struct answer try_key(const struct caller *who, const char *partner, instant expires_at)
{
	static const char *scopes[] = {"codes:verify"};
	Consumer__PartnerKey key = CONSUMER__PARTNER_KEY__INIT;
	Consumer__CreatePartnerKeyRequest request = CONSUMER__CREATE_PARTNER_KEY_REQUEST__INIT;

	request.key = &key;
	request.partner_id = partner;
	key.name = "till 1";
	key.n_scopes = 1;
	key.scopes = scopes;
	key.expires_at = expires_at ? pb_timestamp(test_world.arena, expires_at) : NULL;
	return ask(who, "CreatePartnerKey", &request);
}

static const Consumer__CreatePartnerKeyResponse *a_key(const char *partner)
{
	return expect_ok(try_key(staff(), partner, 0));
}

static struct answer try_revoke(const struct caller *who, const char *partner, const char *id)
{
	Consumer__RevokePartnerKeyRequest request = CONSUMER__REVOKE_PARTNER_KEY_REQUEST__INIT;

	request.partner_id = partner;
	request.id = id;
	return ask(who, "RevokePartnerKey", &request);
}

static struct answer try_check(const char *key)
{
	Consumer__CheckPartnerKeyRequest request = CONSUMER__CHECK_PARTNER_KEY_REQUEST__INIT;

	request.key = key;
	return ask(as_daemon("gateway", (struct uuid){}), "CheckPartnerKey", &request);
}

Test(partner, is_made_found_changed_and_removed)
{
	const char *id = a_partner("Corner Pharmacy");
	const Consumer__Partner *partner = expect_ok(try_get_partner(staff(), id));

	cr_assert_str_eq(partner->name, "Corner Pharmacy");
	cr_assert_eq(partner->kind, CONSUMER__PARTNER_KIND__RETAIL);
	cr_assert(partner->active);
	partner = expect_ok(try_update(
		staff(), id, (struct change){.field = "name", .name = "Corner", .version = 1}));
	cr_assert_str_eq(partner->name, "Corner");
	cr_assert(partner->active);
	cr_assert_eq(partner->version, 2);
	expect_fail(try_update(staff(), id,
			       (struct change){.field = "name", .name = "Late", .version = 1}),
		    ABORTED, "VERSION_CONFLICT");
	expect_field(try_update(staff(), id, (struct change){.field = "id"}), "partner.id",
		     "READ_ONLY");
	expect_field(try_update(staff(), id, (struct change){.field = "name"}), "partner.name",
		     "REQUIRED");
	expect_field(try_update(staff(), id, (struct change){.field = "name", .name = " \t"}),
		     "partner.name", "REQUIRED");
	expect_ok(try_delete(staff(), id));
	expect_fail(try_get_partner(staff(), id), NOT_FOUND, "PARTNER_NOT_FOUND");
	expect_fail(try_delete(staff(), id), NOT_FOUND, "PARTNER_NOT_FOUND");
	expect_fail(try_update(staff(), id, (struct change){.field = "name", .name = "x"}),
		    NOT_FOUND, "PARTNER_NOT_FOUND");
	cr_assert_eq(events_out("consumer", acme, "partner.created"), 1);
	cr_assert_eq(events_out("consumer", acme, "partner.updated"), 1);
	cr_assert_eq(events_out("consumer", acme, "partner.deleted"), 1);
}

Test(partner, has_a_name_of_its_own_in_its_tenant_while_it_is_there)
{
	const char *id = a_partner("Corner"), *second = a_partner("Mall");

	expect_fail(try_create(acme, "Corner"), ALREADY_EXISTS, "PARTNER_EXISTS");
	expect_fail(try_update(staff(), second, (struct change){.field = "name", .name = "Corner"}),
		    ALREADY_EXISTS, "PARTNER_EXISTS");
	expect_ok(try_create(other, "Corner"));
	expect_ok(try_delete(staff(), id));
	expect_ok(try_create(acme, "Corner"));
}

Test(partner, is_listed_in_pages)
{
	Consumer__ListPartnersRequest list = CONSUMER__LIST_PARTNERS_REQUEST__INIT;
	const Consumer__ListPartnersResponse *page;
	size_t seen = 0;

	for (int i = 0; i < 5; i++)
		a_partner(arena_printf(test_world.arena, "partner %d", i));
	expect_ok(try_create(other, "foreign"));
	list.page_size = 2;
	do {
		page = expect_ok(ask(staff(), "ListPartners", &list));
		seen += page->n_partners;
		list.page_token = page->next_page_token;
	} while (*list.page_token);
	cr_assert_eq(seen, 5);
}

Test(partner, of_another_tenant_is_not_there)
{
	const char *id = a_partner("Corner");
	const Consumer__CreatePartnerKeyResponse *key = a_key(id);
	Consumer__ListPartnerKeysRequest list = CONSUMER__LIST_PARTNER_KEYS_REQUEST__INIT;
	const struct caller *eve = as(other, "eve");

	list.partner_id = id;
	expect_fail(try_get_partner(eve, id), NOT_FOUND, "PARTNER_NOT_FOUND");
	expect_fail(try_update(eve, id, (struct change){.field = "name", .name = "x"}), NOT_FOUND,
		    "PARTNER_NOT_FOUND");
	expect_fail(try_delete(eve, id), NOT_FOUND, "PARTNER_NOT_FOUND");
	expect_fail(try_key(eve, id, 0), NOT_FOUND, "PARTNER_NOT_FOUND");
	expect_fail(ask(eve, "ListPartnerKeys", &list), NOT_FOUND, "PARTNER_NOT_FOUND");
	expect_fail(try_revoke(eve, id, key->key->id), NOT_FOUND, "KEY_NOT_FOUND");
	expect_ok(try_check(key->secret));
}

Test(partner, key_is_shown_once_and_says_whom_it_stands_for)
{
	const char *id = a_partner("Corner");
	const Consumer__CreatePartnerKeyResponse *key = a_key(id);
	Consumer__ListPartnerKeysRequest list = CONSUMER__LIST_PARTNER_KEYS_REQUEST__INIT;
	const Consumer__ListPartnerKeysResponse *keys;
	const Consumer__CheckPartnerKeyResponse *who;

	cr_assert(strncmp(key->secret, "aeg_live_", 9) == 0);
	who = expect_ok(try_check(key->secret));
	cr_assert_str_eq(who->key_id, key->key->id);
	cr_assert_str_eq(who->partner_id, id);
	cr_assert_str_eq(who->tenant_id, uuid_text(test_world.arena, acme));
	cr_assert_eq(who->n_scopes, 1);
	cr_assert_str_eq(who->scopes[0], "codes:verify");
	cr_assert_str_eq(who->label, "till 1");
	list.partner_id = id;
	keys = expect_ok(ask(staff(), "ListPartnerKeys", &list));
	cr_assert_eq(keys->n_keys, 1);
	cr_assert(keys->keys[0]->last_used_at);
	cr_assert(!strstr(logged(), key->secret));
	cr_assert_eq(test_count("SELECT count(*) FROM consumer.outbox WHERE position("
				"convert_to('%s', 'UTF8') IN payload) > 0",
				key->secret),
		     0);
}

static instant last_use(const char *id)
{
	return test_count("SELECT (extract(epoch FROM last_used_at) * 1000000)::int8 "
			  "FROM consumer.partner_key WHERE id = '%s'",
			  id);
}

Test(partner, key_notes_its_last_use_once_a_minute)
{
	const Consumer__CreatePartnerKeyResponse *key = a_key(a_partner("Corner"));
	instant now = instant_now();

	now_is(now);
	expect_ok(try_check(key->secret));
	now_is(now + SECONDS(59));
	expect_ok(try_check(key->secret));
	cr_assert_eq(last_use(key->key->id), now);
	now_is(now + SECONDS(60));
	expect_ok(try_check(key->secret));
	cr_assert_eq(last_use(key->key->id), now + SECONDS(60));
}

Test(partner, key_that_does_not_work_says_why_to_its_owner_only)
{
	const char *id = a_partner("Corner");
	const Consumer__CreatePartnerKeyResponse *key = a_key(id), *brief;
	instant now = instant_now();
	char text[BEARER_TEXT];
	struct bearer bearer;

	now_is(now);
	brief = expect_ok(try_key(staff(), id, now + HOURS(1)));
	expect_field(try_key(staff(), id, now), "key.expiresAt", "PAST");
	expect_ok(try_check(brief->secret));
	now_is(now + HOURS(1));
	expect_fail(try_check(brief->secret), UNAUTHENTICATED, "KEY_EXPIRED");
	expect_ok(try_revoke(staff(), id, key->key->id));
	expect_ok(try_revoke(staff(), id, key->key->id));
	expect_fail(try_check(key->secret), UNAUTHENTICATED, "KEY_REVOKED");
	expect_fail(try_check("aeg_live_nonsense"), UNAUTHENTICATED, "KEY_NOT_VALID");
	cr_assert(bearer_parse(str_of(key->secret), &bearer));
	bearer.secret[3] ^= 1;
	bearer_format(text, &bearer);
	expect_fail(try_check(text), UNAUTHENTICATED, "KEY_NOT_VALID");
	bearer.secret[3] ^= 1;
	bearer.tenant = other;
	bearer_format(text, &bearer);
	expect_fail(try_check(text), UNAUTHENTICATED, "KEY_NOT_VALID");
	expect_fail(try_revoke(staff(), id, id), NOT_FOUND, "KEY_NOT_FOUND");
	cr_assert_eq(events_out("consumer", acme, "partner_key.revoked"), 1);
}

Test(partner, test_keys_from_before_are_revoked_and_no_new_ones_are_made)
{
	const char *id = a_partner("Corner");
	const Consumer__CreatePartnerKeyResponse *key = a_key(id);
	Consumer__ListPartnerKeysRequest list = CONSUMER__LIST_PARTNER_KEYS_REQUEST__INIT;
	const Consumer__ListPartnerKeysResponse *keys;
	char text[BEARER_TEXT];
	struct bearer bearer;

	/* As an older replica made them. */
	test_sql("UPDATE consumer.partner_key SET live = false WHERE id = '%s'", key->key->id);
	cr_assert(bearer_parse(str_of(key->secret), &bearer));
	strcpy(bearer.kind, "aeg_test");
	bearer_format(text, &bearer);
	expect_fail(try_check(text), UNAUTHENTICATED, "KEY_REVOKED");
	expect_fail(try_check(key->secret), UNAUTHENTICATED, "KEY_NOT_VALID");
	list.partner_id = id;
	keys = expect_ok(ask(staff(), "ListPartnerKeys", &list));
	cr_assert(keys->keys[0]->revoked_at);
	/* They take no place of the ten. */
	for (int i = 0; i < 10; i++)
		a_key(id);
}

Test(partner, keys_stop_with_their_partner)
{
	const char *id = a_partner("Corner");
	const Consumer__CreatePartnerKeyResponse *key = a_key(id);

	expect_ok(try_update(staff(), id, (struct change){.field = "active", .active = false}));
	expect_fail(try_check(key->secret), UNAUTHENTICATED, "KEY_REVOKED");
	expect_ok(try_update(staff(), id, (struct change){.field = "active", .active = true}));
	expect_ok(try_check(key->secret));
	expect_ok(try_delete(staff(), id));
	expect_fail(try_check(key->secret), UNAUTHENTICATED, "KEY_REVOKED");
}

Test(partner, has_at_most_ten_live_keys)
{
	const char *id = a_partner("Corner");
	const Consumer__CreatePartnerKeyResponse *last = NULL;

	for (int i = 0; i < 10; i++)
		last = a_key(id);
	expect_fail(try_key(staff(), id, 0), FAILED_PRECONDITION, "KEY_LIMIT");
	expect_ok(try_revoke(staff(), id, last->key->id));
	a_key(id);
	expect_fail(try_key(staff(), id, 0), FAILED_PRECONDITION, "KEY_LIMIT");
}

Test(partner, keys_of_a_suspended_tenant_stop_and_come_back)
{
	const Consumer__CreatePartnerKeyResponse *key = a_key(a_partner("Corner"));

	standing_is(consumer, acme, "suspended", 2);
	expect_fail(try_check(key->secret), PERMISSION_DENIED, "TENANT_SUSPENDED");
	standing_is(consumer, acme, "active", 3);
	expect_ok(try_check(key->secret));
}
