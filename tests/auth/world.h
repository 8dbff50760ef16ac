#pragma once

/*
 * The auth daemon with the real tenant daemon beside it, and people who sign in.
 * Tests of this binary run one at a time: jobs and outboxes belong to all of them.
 */
#include <criterion/criterion.h>

#include "auth/auth.h"
#include "auth/session.h"
#include "cache/session.h"
#include "support/svc_test.h"
#include "tenant/tenant.h"

#define GOOD_PASSWORD "violet-harbour-93-lantern"

extern struct test_daemon *auth_d;
extern struct test_daemon *tenant_d;

/* auth in process, tenant serving. */
void world_start(void);
/* auth in process; tenant serves in another one.  Queues stay as they are. */
void world_start_with_tenant_apart(void);
/* auth alone: tenant cannot be reached until start_tenant(). */
void world_start_without_tenant(void);
void start_tenant(void);

struct auth *auth_state(void);
uint64_t hashes_done(void);

/* "ann@<nonce>.example": another address in every test. */
const char *address_of(const char *name);

struct answer register_as(const char *name, const char *password, const char *organization);
/* Registers or fails the test. */
const Auth__TokenResponse *registered(const char *name);
struct answer login_from(const char *network_address, const char *email, const char *password);
struct answer login(const char *email, const char *password);
const Auth__TokenResponse *signed_in(const char *name);
struct answer refresh(const char *token);

/* Verifies the access token with the keys of GetJwks, as the gateway does. */
const struct caller *bearer_of(const Auth__TokenResponse *tokens);
struct uuid account_of(const Auth__TokenResponse *tokens);
struct uuid organization_of(const Auth__TokenResponse *tokens);
struct uuid session_of(const Auth__TokenResponse *tokens);

/* The record as the gateway's script reads it. */
enum cache_session record_of(const Auth__TokenResponse *tokens, uint64_t *epoch);
bool is_alive(const Auth__TokenResponse *tokens);

/* Nobody else gets a hashing place until they are given back, and nobody waits for long. */
void take_every_place(void);
void give_places_back(void);

/* The verification token out of the sealed mail of an organization. */
const char *mailed_token(struct uuid organization);
/* The same of the newest event of a topic whose mail has this template. */
const char *mailed_link(struct uuid organization, const char *topic, const char *template);

/*
 * The first line that `aegisctl <words>` says, errors too, run as an operator would;
 * *status is its exit status.
 */
const char *operator_runs(const char *words, int *status);

/*
 * As call_on() in such a thread, but waits while every hashing place is taken,
 * where a client would be told BUSY.
 */
struct answer call_in_place(struct svc_worker *worker, const char *method, const void *request);

/* Runs fn on n threads, each with a worker of its own on auth, all let go at once. */
void at_once(unsigned n, void (*fn)(struct svc_worker *worker, unsigned i, void *arg), void *arg);
