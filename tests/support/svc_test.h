#pragma once

/*
 * Runs daemons inside a test: the real dispatcher on a real, freshly
 * migrated database; what is left out is the socket (unless asked for).  See README.md.
 *
 *   TEST_DATABASE
 *   static void set_up(void) { daemon_start(&tenant_daemon); }
 *   TestSuite(invite, .init = set_up, .fini = daemons_stop);
 *
 *   Test(invite, full_tenant_cannot_invite_and_nothing_is_written)
 *   {
 *           struct uuid acme = a_tenant_id("acme");
 *
 *           expect_fail(call(as(acme, "ann"), "InviteUser", &req), RESOURCE_EXHAUSTED,
 *                       "QUEUE_LIMIT");
 *           expect_count(0, acme, "tenant.invitation");
 *   }
 *
 * Everything handed out lives until daemons_stop().  Not for threads, but for
 * call_on(), each with its own.
 */
#include <criterion/criterion.h>
#include <stdbool.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/uuid.h"
#include "contract/principal.h"
#include "support/test_db.h"
#include "svc/svc.h"

struct ProtobufCMessage;
struct svc_worker;

/* --- daemons ------------------------------------------------------------ */

struct test_daemon;

struct daemon_options {
	bool serve; /* pools, relay, jobs and a socket too, as in production */
	int read_workers, write_workers;
	int read_queue, write_queue;
	int job_threads; /* default 1 */
};

/*
 * Makes keys and starts the daemon in this process.  Several may be started; those that serve can
 * call each other.  The test fails when it does not start.
 */
#define daemon_start(descriptor, ...)                                                              \
	daemon_start_with((descriptor), &(struct daemon_options){__VA_ARGS__})
struct test_daemon *daemon_start_with(const struct svc_descriptor *descriptor,
				      const struct daemon_options *options);
/* As SIGTERM: drains, then stops its threads. */
void daemon_drain(struct test_daemon *daemon);
/* Stops all of them. */
void daemons_stop(void);

/* The daemon's insides, for tests of libcommon/svc itself. */
struct svc *daemon_svc(struct test_daemon *daemon);
struct svc_worker *daemon_worker(struct test_daemon *daemon);

/* call->now of the following calls; 0: the clock again. */
void now_is(instant now);

/* --- who asks ----------------------------------------------------------- */

struct caller {
	struct principal principal;
	struct uuid tenant;	/* of the envelope, for internal callers */
	const char *daemon;	/* who sends the call: "gateway" */
	const char *forger;	/* over the socket: who signs the principal; NULL: the gateway */
	bool has_what_it_takes; /* is given the permission and scope the method asks for */
	const char *idempotency_key; /* NULL: none */
	const char *client_addr;
	const char *accept_language; /* NULL: none */
	instant deadline;	     /* 0: test_patience from now */
};

/* The same name is the same id within a test, and another in every other test. */
struct uuid a_tenant_id(const char *name);
struct uuid an_id(const char *name);

/* A signed-in user of the tenant, with whatever permission the method asks for. */
const struct caller *as(struct uuid tenant, const char *user);
/* The same before they have confirmed their address. */
const struct caller *as_unconfirmed(struct uuid tenant, const char *user);
/* With exactly these permissions: as_with(acme, "ann", "notes:read", "notes:write"). */
#define as_with(tenant, user, ...)                                                                 \
	as_permitted((tenant), (user), (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
const struct caller *as_permitted(struct uuid tenant, const char *user,
				  const char *const *permissions);
/* An API or partner key with exactly these scopes, NULL-ended. */
const struct caller *as_key(struct uuid tenant, enum principal_kind kind, const char *name,
			    const char *const *scopes);
const struct caller *as_session(struct uuid tenant, const char *name);
const struct caller *as_admin(const char *name);
/* Acting in a tenant, as the gateway lets one under a grant. */
const struct caller *as_admin_in(struct uuid tenant, const char *name);
const struct caller *as_nobody(void);
/* Another daemon on its own behalf, for a tenant. */
const struct caller *as_daemon(const char *daemon, struct uuid tenant);
/* The caller's principal, as that daemon passes it on to another one. */
const struct caller *passed_on(const struct caller *who, const char *daemon);
/* The same caller with a difference. */
const struct caller *with_key(const struct caller *caller, const char *idempotency_key);
const struct caller *with_languages(const struct caller *caller, const char *accept_language);
const struct caller *with_deadline(const struct caller *caller, instant deadline);

/* --- calls -------------------------------------------------------------- */

struct answer {
	struct status status;
	const void *response; /* the unpacked response when OK */
	struct str wire;      /* its bytes */
	const struct field_error *fields;
	size_t n_fields;
	uint32_t retry_after_ms;
	bool replayed; /* a stored answer */
};

/* To the daemon started last, by the method's name: "InviteUser". */
struct answer call(const struct caller *who, const char *method, const void *request);
struct answer call_to(struct test_daemon *daemon, const struct caller *who, const char *method,
		      const void *request);
/* On a worker of one's own, for threads: worker_new(), worker_free(). */
struct answer call_on(struct svc_worker *worker, const struct caller *who, const char *method,
		      const void *request);
struct svc_worker *worker_new(struct test_daemon *daemon);
/* For faults: called before the dispatcher of call(), call_to(), call_on() runs and after; NULL:
 * none. */
extern void (*around_dispatch)(bool begins);
/* The deadline of calls that name none, from now: ten seconds. */
extern instant test_patience;
/* In a fork of a test: its daemons get connections of their own; what they share with the parent is
 * left alone. */
void daemons_after_fork(void);
/* Over the socket, from the daemon that is named caller->daemon; daemon must serve. */
struct answer call_wire(struct test_daemon *daemon, const struct caller *who, const char *method,
			const void *request);

/* What proves the caller as an event's actor: signed by the gateway at that time for that daemon.
 */
struct str a_proof(const struct caller *who, const char *daemon, instant at);

/* The response, or the test fails saying what came instead. */
#define expect_ok(answer) expect_ok_at((answer), __FILE__, __LINE__)
#define expect_fail(answer, code, reason_)                                                         \
	expect_fail_at((answer), STATUS_##code, (reason_), __FILE__, __LINE__)
#define expect_field(answer, field, reason_)                                                       \
	expect_field_at((answer), (field), (reason_), __FILE__, __LINE__)
const void *expect_ok_at(struct answer answer, const char *file, int line);
void expect_fail_at(struct answer answer, enum status_code code, const char *reason,
		    const char *file, int line);
void expect_field_at(struct answer answer, const char *field, const char *reason, const char *file,
		     int line);

/* --- the database, as its superuser --------------------------------------- */

/*
 * test_sql(), test_count(), test_value() of support/test_db.h, and: rows that a
 * tenant has in "schema.table", or in "schema.table WHERE …".
 */
#define expect_count(n, tenant, from) expect_count_at((n), (tenant), (from), __FILE__, __LINE__)
void expect_count_at(int64_t n, struct uuid tenant, const char *from, const char *file, int line);
/* Rows of a tenant in a daemon's outbox with this topic or action, one for each subscriber. */
int64_t events_out(const char *schema, struct uuid tenant, const char *topic);

/* Polls until is_so(arg) or the deadline, then fails. */
#define expect_soon(is_so, arg) expect_soon_at((is_so), (arg), #is_so, __FILE__, __LINE__)
void expect_soon_at(bool (*is_so)(void *), void *arg, const char *what, const char *file, int line);

/* --- jobs and events ------------------------------------------------------ */

/* Leases and runs one due job of the daemon's own; false when none is due. */
bool run_one_job(struct test_daemon *daemon);
/*
 * Delivers what waits for a subscriber, once, from one daemon's outbox to another
 * daemon of this test, both serving or not; returns how many events were taken.
 */
size_t deliver_events(struct test_daemon *from, struct test_daemon *to);

/* tenant.status_changed, delivered to the daemon as the tenant daemon would. */
void standing_is(struct test_daemon *daemon, struct uuid tenant, const char *status,
		 int64_t version);

/* A file of the tree ("tests/program/data/small.json"), whole, with a NUL behind. */
struct str test_file(const char *path);

/* Everything that was logged since daemon_start(), for canary tests. */
const char *logged(void);
