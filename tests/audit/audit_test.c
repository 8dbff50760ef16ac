#include "audit/audit.h"
#include "base/encoding.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "aegis/audit/v1/audit.aegis.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "contract/time.h"
#include "merkle/checkpoint.h"
#include "support/svc_test.h"

TEST_DATABASE

static void set_up(void)
{
	daemon_start(&audit_daemon);
}

TestSuite(audit, .init = set_up, .fini = daemons_stop, .timeout = 120);

#define BATCH_MAX 100
#define AFTER	  "{\"state\":\"x\"}"

/* n events of the tenant with this action, in one delivery; names makes their ids. */
static struct answer deliver(struct uuid tenant, const char *names, const char *action, size_t n)
{
	static Event__Event events[BATCH_MAX];
	static Event__Target target;
	static char ids[BATCH_MAX][UUID_TEXT], tenant_text[UUID_TEXT], target_text[UUID_TEXT];
	static Event__Event *list[BATCH_MAX];
	Svc__DeliverEventsRequest req = SVC__DELIVER_EVENTS_REQUEST__INIT;
	struct arena *arena = arena_new(1 << 20);
	struct answer answer;

	uuid_format(tenant_text, tenant);
	uuid_format(target_text, an_id("target"));
	event__target__init(&target);
	target.kind = "code";
	target.id = target_text;
	for (size_t i = 0; i < n; i++) {
		uuid_format(ids[i], an_id(arena_printf(arena, "%s %zu", names, i)));
		event__event__init(&events[i]);
		events[i].id = ids[i];
		events[i].tenant_id = tenant_text;
		events[i].occurred_at = pb_timestamp(arena, SECONDS(1800000000) + (instant)i);
		events[i].action = action;
		events[i].outcome = "success";
		events[i].source = "consumer";
		events[i].target = &target;
		events[i].after =
			(ProtobufCBinaryData){.len = strlen(AFTER), .data = (uint8_t *)AFTER};
		list[i] = &events[i];
	}
	req.events = list;
	req.n_events = n;
	answer = call(as_daemon("consumer", tenant), "DeliverEvents", &req);
	arena_free(&arena);
	return answer;
}

static const Audit__ListEventsResponse *list_of(struct uuid tenant, const char *action)
{
	Audit__ListEventsRequest req = AUDIT__LIST_EVENTS_REQUEST__INIT;

	req.action = action;
	return expect_ok(call(as(tenant, "ann"), "ListEvents", &req));
}

Test(audit, an_event_is_recorded_once_however_often_it_is_delivered)
{
	struct uuid acme = a_tenant_id("acme");

	expect_ok(deliver(acme, "e", "code.redeemed", 3));
	expect_ok(deliver(acme, "e", "code.redeemed", 3));
	expect_count(3, acme, "audit.entry");
	cr_assert_eq(list_of(acme, "code.redeemed")->n_events, 3);
	cr_assert_eq(list_of(acme, "code.issued")->n_events, 0);
	cr_assert_eq(list_of(a_tenant_id("beta"), "")->n_events, 0);
}

/* A batch is one statement: what an event has, or has not, stays with its own entry. */
Test(audit, the_entries_of_a_batch_keep_their_order_and_what_they_lack)
{
	struct uuid acme = a_tenant_id("acme");
	char ids[3][UUID_TEXT], tenant[UUID_TEXT], ann[UUID_TEXT];
	struct arena *arena = arena_new(1 << 16);
	struct str proof;
	Event__Actor actor = EVENT__ACTOR__INIT;
	Event__Target target = EVENT__TARGET__INIT;
	Event__Event events[3] = {EVENT__EVENT__INIT, EVENT__EVENT__INIT, EVENT__EVENT__INIT};
	Event__Event *list[3] = {&events[0], &events[1], &events[2]};
	Svc__DeliverEventsRequest req = SVC__DELIVER_EVENTS_REQUEST__INIT;

	uuid_format(tenant, acme);
	for (size_t i = 0; i < 3; i++) {
		uuid_format(ids[i], an_id((const char *const[]){"c", "a", "b"}[i]));
		events[i].id = ids[i];
		events[i].tenant_id = tenant;
		events[i].action =
			(const char *const[]){"code.issued", "partner.created", "code.redeemed"}[i];
		events[i].source = "consumer";
	}
	uuid_format(ann, an_id("ann"));
	proof = a_proof(as(acme, "ann"), "consumer", instant_now());
	actor.kind = "user";
	actor.id = ann;
	target.kind = "code";
	target.version = 7;
	events[1].actor = &actor;
	events[1].occurred_at = pb_timestamp(arena, instant_now());
	events[1].proof = (ProtobufCBinaryData){proof.len, (uint8_t *)(uintptr_t)proof.ptr};
	events[1].target = events[2].target = &target;
	events[1].before = (ProtobufCBinaryData){.len = 2, .data = (uint8_t *)"{}"};
	req.events = list;
	req.n_events = 3;
	expect_ok(call(as_daemon("consumer", acme), "DeliverEvents", &req));
	expect_count(
		1, acme,
		"audit.entry WHERE idx = 0 AND action = 'code.issued' AND actor_id IS NULL AND "
		"target_id IS NULL AND before IS NULL AND after IS NULL AND actor_kind = ''");
	expect_count(1, acme,
		     "audit.entry WHERE idx = 1 AND action = 'partner.created' AND actor_id IS NOT "
		     "NULL AND "
		     "before = '{}'::bytea AND target_version = 7");
	expect_count(
		1, acme,
		"audit.entry WHERE idx = 2 AND action = 'code.redeemed' AND actor_id IS NULL AND "
		"target_kind = 'code' AND target_id IS NULL");
	expect_count(3, acme, "audit.entry WHERE position(action::bytea in leaf) > 0");
	arena_free(&arena);
}

static size_t found(struct uuid tenant, const char *actor, const char *target, const char *action)
{
	Audit__ListEventsRequest req = AUDIT__LIST_EVENTS_REQUEST__INIT;
	const Audit__ListEventsResponse *page;

	req.actor_id = actor;
	req.target_id = target;
	req.action = action;
	page = expect_ok(call(as(tenant, "ann"), "ListEvents", &req));
	for (size_t i = 0; i < page->n_events; i++)
		cr_assert(!*target || strcmp(page->events[i]->target_id, target) == 0);
	return page->n_events;
}

/* One event more, of ann. */
static void deliver_of_ann(struct uuid tenant, const char *target_id)
{
	char id[UUID_TEXT], tenant_text[UUID_TEXT], actor_id[UUID_TEXT];
	struct str proof = a_proof(as(tenant, "ann"), "consumer", instant_now());
	struct arena *arena = arena_new(1 << 16);
	Event__Actor actor = EVENT__ACTOR__INIT;
	Event__Target target = EVENT__TARGET__INIT;
	Event__Event event = EVENT__EVENT__INIT, *list[] = {&event};
	Svc__DeliverEventsRequest req = SVC__DELIVER_EVENTS_REQUEST__INIT;

	uuid_format(id, an_id("of an actor"));
	uuid_format(tenant_text, tenant);
	uuid_format(actor_id, an_id("ann"));
	actor.kind = "user";
	actor.id = actor_id;
	target.id = target_id;
	event.id = id;
	event.tenant_id = tenant_text;
	event.action = "code.redeemed";
	event.source = "consumer";
	event.occurred_at = pb_timestamp(arena, instant_now());
	event.proof = (ProtobufCBinaryData){proof.len, (uint8_t *)(uintptr_t)proof.ptr};
	event.actor = &actor;
	event.target = &target;
	req.events = list;
	req.n_events = 1;
	expect_ok(call(as_daemon("consumer", tenant), "DeliverEvents", &req));
	arena_free(&arena);
}

Test(audit, entries_are_found_by_actor_and_by_target)
{
	struct uuid acme = a_tenant_id("acme");
	char target[UUID_TEXT], ann[UUID_TEXT];

	uuid_format(target, an_id("target"));
	uuid_format(ann, an_id("ann"));
	expect_ok(deliver(acme, "e", "code.redeemed", 3));
	deliver_of_ann(acme, target);
	cr_assert_eq(found(acme, "", target, ""), 4);
	cr_assert_eq(found(acme, "", target, "code.issued"), 0);
	cr_assert_eq(found(acme, "", ann, ""), 0);
	cr_assert_eq(found(acme, ann, "", ""), 1);
	cr_assert_eq(found(acme, ann, target, "code.redeemed"), 1);
	cr_assert_eq(found(acme, ann, ann, ""), 0);
	cr_assert_eq(found(a_tenant_id("beta"), "", target, ""), 0);
}

static struct merkle_hash hash_of(const char *hex)
{
	struct merkle_hash hash;

	cr_assert(hex_decode(hash.bytes, MERKLE_HASH, str_of(hex)));
	return hash;
}

static void expect_proven(struct uuid tenant, const char *event_id)
{
	Audit__GetEventProofRequest req = AUDIT__GET_EVENT_PROOF_REQUEST__INIT;
	const Audit__EventProof *proof;
	struct merkle_proof hashes = {};
	struct merkle_hash leaf, root;

	req.id = event_id;
	proof = expect_ok(call(as(tenant, "ann"), "GetEventProof", &req));
	leaf = merkle_leaf(proof->leaf.data, proof->leaf.len);
	root = hash_of(proof->root_hash);
	for (size_t i = 0; i < proof->n_hashes; i++)
		hashes.hashes[hashes.n++] = hash_of(proof->hashes[i]);
	cr_assert(merkle_verify_inclusion(&leaf, (uint64_t)proof->index, (uint64_t)proof->tree_size,
					  &hashes, &root));
}

/* Past 256 entries proofs start from stored tiles. */
Test(audit, every_entry_of_a_log_with_tiles_proves_itself)
{
	struct uuid acme = a_tenant_id("acme");
	Audit__ListEventsRequest req = AUDIT__LIST_EVENTS_REQUEST__INIT;
	const Audit__ListEventsResponse *page;
	size_t seen = 0;

	for (int batch = 0; batch < 6; batch++)
		expect_ok(deliver(acme, (const char *[]){"a", "b", "c", "d", "e", "f"}[batch],
				  "code.redeemed", 97));
	expect_count(2, acme, "audit.node");
	req.page_size = 100;
	do {
		page = expect_ok(call(as(acme, "ann"), "ListEvents", &req));
		for (size_t i = 0; i < page->n_events; i += 13)
			expect_proven(acme, page->events[i]->id);
		seen += page->n_events;
		req.page_token = page->next_page_token;
	} while (*page->next_page_token);
	cr_assert_eq(seen, (size_t)6 * 97);
}

Test(audit, a_checkpoint_opens_with_the_published_key_and_extends_the_one_before)
{
	struct uuid acme = a_tenant_id("acme");
	Audit__CreateCheckpointRequest create = AUDIT__CREATE_CHECKPOINT_REQUEST__INIT;
	Audit__GetConsistencyRequest consistency = AUDIT__GET_CONSISTENCY_REQUEST__INIT;
	Audit__GetLogKeyRequest get_key = AUDIT__GET_LOG_KEY_REQUEST__INIT;
	const Audit__LogKey *key = expect_ok(call(as(acme, "ann"), "GetLogKey", &get_key));
	struct arena *arena = arena_new(1 << 20);
	uint8_t public_key[SIGN_PUBLIC_BYTES];
	const Audit__ConsistencyProof *proof;
	struct merkle_proof hashes = {};
	struct checkpoint old, now;
	char *origin;

	cr_assert(checkpoint_parse_key(arena, str_of(key->verifier_key), &origin, public_key));
	expect_ok(deliver(acme, "a", "partner.created", 5));
	cr_assert(checkpoint_open(arena,
				  str_of(((const Audit__Checkpoint *)expect_ok(call(
						  as(acme, "ann"), "CreateCheckpoint", &create)))
						 ->note),
				  origin, public_key, &old));
	expect_ok(deliver(acme, "b", "partner.created", 7));
	cr_assert(checkpoint_open(arena,
				  str_of(((const Audit__Checkpoint *)expect_ok(call(
						  as(acme, "ann"), "CreateCheckpoint", &create)))
						 ->note),
				  origin, public_key, &now));
	cr_assert(old.size == 5 && now.size == 12);
	consistency.old_size = 5;
	consistency.size = 12;
	proof = expect_ok(call(as(acme, "ann"), "GetConsistency", &consistency));
	for (size_t i = 0; i < proof->n_hashes; i++)
		hashes.hashes[hashes.n++] = hash_of(proof->hashes[i]);
	cr_assert(merkle_verify_consistency(5, &old.root, 12, &now.root, &hashes));
	consistency.size = 13;
	expect_fail(call(as(acme, "ann"), "GetConsistency", &consistency), OUT_OF_RANGE,
		    "NO_SUCH_TREE");
	arena_free(&arena);
}

Test(audit, the_database_refuses_to_change_what_is_recorded)
{
	struct uuid acme = a_tenant_id("acme");

	expect_ok(deliver(acme, "e", "code.redeemed", 1));
	cr_assert(test_sql_is_refused("UPDATE audit.entry SET action = 'x'"));
	cr_assert(test_sql_is_refused("DELETE FROM audit.entry"));
	cr_assert(test_sql_is_refused("TRUNCATE audit.entry"));
	expect_count(1, acme, "audit.entry WHERE action = 'code.redeemed'");
}

Test(audit, a_log_changed_behind_the_triggers_is_found_by_its_proof)
{
	struct uuid acme = a_tenant_id("acme");
	Audit__GetEventProofRequest req = AUDIT__GET_EVENT_PROOF_REQUEST__INIT;
	char id[UUID_TEXT], tenant[UUID_TEXT];

	expect_ok(deliver(acme, "e", "code.redeemed", 4));
	uuid_format(id, an_id("e 2"));
	uuid_format(tenant, acme);
	test_sql("ALTER TABLE audit.entry DISABLE TRIGGER entry_is_append_only");
	test_sql("UPDATE audit.entry SET leaf = leaf || ' '::bytea WHERE tenant_id = '%s' AND "
		 "event_id = '%s'",
		 tenant, id);
	test_sql("ALTER TABLE audit.entry ENABLE TRIGGER entry_is_append_only");
	req.id = id;
	expect_fail(call(as(acme, "ann"), "GetEventProof", &req), DATA_LOSS, "LOG_TAMPERED");
}

Test(audit, an_export_is_frozen_and_audited_and_pages_through_every_leaf)
{
	struct uuid acme = a_tenant_id("acme");
	Audit__Export the_export = AUDIT__EXPORT__INIT;
	Audit__CreateExportRequest create = AUDIT__CREATE_EXPORT_REQUEST__INIT;
	Audit__ListExportEntriesRequest list = AUDIT__LIST_EXPORT_ENTRIES_REQUEST__INIT;
	Audit__GetExportRequest get = AUDIT__GET_EXPORT_REQUEST__INIT;
	const Audit__ListExportEntriesResponse *page;
	struct merkle_frontier tree = {};
	const Audit__Export *export;
	struct merkle_hash root, rebuilt;

	expect_ok(deliver(acme, "a", "code.redeemed", 30));
	create.export = &the_export;
	export = expect_ok(call(as(acme, "ann"), "CreateExport", &create));
	expect_ok(deliver(acme, "b", "code.redeemed", 5));
	list.id = get.id = export->id;
	list.page_size = 7;
	do {
		page = expect_ok(call(as(acme, "ann"), "ListExportEntries", &list));
		for (size_t i = 0; i < page->n_entries; i++) {
			struct merkle_hash leaf = merkle_leaf(page->entries[i]->leaf.data,
							      page->entries[i]->leaf.len);

			merkle_append(&tree, &leaf, NULL, NULL);
		}
		list.page_token = page->next_page_token;
	} while (*page->next_page_token);
	root = hash_of(export->root_hash);
	cr_assert_eq(tree.size, 30);
	rebuilt = merkle_root(&tree);
	cr_assert(merkle_hash_eq(&root, &rebuilt));
	cr_assert_eq(events_out("audit", acme, "audit.exported"), 1);
	expect_fail(call(as(a_tenant_id("beta"), "bob"), "GetExport", &get), NOT_FOUND,
		    "EXPORT_NOT_FOUND");
	list.page_token = "";
	expect_fail(call(as(a_tenant_id("beta"), "bob"), "ListExportEntries", &list), NOT_FOUND,
		    "EXPORT_NOT_FOUND");
}

Test(audit, another_tenants_event_is_not_found)
{
	Audit__GetEventRequest get = AUDIT__GET_EVENT_REQUEST__INIT;
	Audit__GetEventProofRequest proof = AUDIT__GET_EVENT_PROOF_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta");
	char id[UUID_TEXT];

	expect_ok(deliver(acme, "e", "code.redeemed", 1));
	uuid_format(id, an_id("e 0"));
	get.id = proof.id = id;
	expect_ok(call(as(acme, "ann"), "GetEvent", &get));
	expect_fail(call(as(beta, "bob"), "GetEvent", &get), NOT_FOUND, "EVENT_NOT_FOUND");
	expect_fail(call(as(beta, "bob"), "GetEventProof", &proof), NOT_FOUND, "EVENT_NOT_FOUND");
}
