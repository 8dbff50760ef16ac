#include "world.h"
#include "base/encoding.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "crypto/jwt.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "rpc/client.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "svc/kit/pb.h"
#include <aegis/event/v1/event.pb-c.h>

struct test_daemon *auth_d;
struct test_daemon *tenant_d;

__attribute__((constructor)) static void one_at_a_time(void)
{
	setenv("CRITERION_JOBS", "1", 1);
}

static void empty_queues(void)
{
	test_sql("TRUNCATE auth.login_lane, auth.job, auth.outbox, tenant.job, tenant.outbox");
}

/* Connections are made in the background. */
static void wait_for_tenant(void)
{
	cr_assert(rpc_client_wait(daemon_svc(auth_d)->client, "tenant", 1, 20000), "%s", logged());
}

void start_tenant(void)
{
	tenant_d = daemon_start(&tenant_daemon, .serve = true);
	wait_for_tenant();
}

void world_start_without_tenant(void)
{
	empty_queues();
	auth_d = daemon_start(&auth_daemon);
}

void world_start_with_tenant_apart(void)
{
	auth_d = daemon_start(&auth_daemon);
	wait_for_tenant();
}

void world_start(void)
{
	empty_queues();
	tenant_d = daemon_start(&tenant_daemon, .serve = true);
	auth_d = daemon_start(&auth_daemon);
	wait_for_tenant();
}

struct auth *auth_state(void)
{
	return svc_state(daemon_svc(auth_d));
}

uint64_t hashes_done(void)
{
	return hash_pool_done(auth_state()->hasher.pool);
}

static struct admission_claim taken[AUTH_HASH_PLACES];

void take_every_place(void)
{
	for (int i = 0; i < AUTH_HASH_PLACES; i++) {
		taken[i].is_known = true;
		taken[i].network = arena_printf(test_world.arena, "10.0.%d.0/24", i);
		cr_assert(admission_enter(auth_state()->admission, &taken[i], instant_now()));
	}
	test_patience = SECONDS(3);
}

void give_places_back(void)
{
	for (int i = 0; i < AUTH_HASH_PLACES; i++)
		admission_leave(auth_state()->admission, &taken[i]);
	test_patience = SECONDS(10);
}

const char *address_of(const char *name)
{
	char nonce[UUID_TEXT];

	uuid_format(nonce, an_id("address"));
	return arena_printf(test_world.arena, "%s@%.13s.example", name, nonce);
}

struct answer register_as(const char *name, const char *password, const char *organization)
{
	Auth__RegisterUserRequest request = AUTH__REGISTER_USER_REQUEST__INIT;

	request.email = address_of(name);
	request.password = password;
	request.name = name;
	request.organization_name = organization;
	return call_to(auth_d, as_nobody(), "RegisterUser", &request);
}

const Auth__TokenResponse *registered(const char *name)
{
	return expect_ok(register_as(name, GOOD_PASSWORD, "Acme Pharma"));
}

struct answer login_from(const char *network_address, const char *email, const char *password)
{
	Auth__LoginUserRequest request = AUTH__LOGIN_USER_REQUEST__INIT;
	struct caller *nobody = arena_memdup(test_world.arena, as_nobody(), sizeof *nobody);

	nobody->client_addr = network_address;
	request.email = email;
	request.password = password;
	return call_to(auth_d, nobody, "LoginUser", &request);
}

struct answer login(const char *email, const char *password)
{
	return login_from("192.0.2.7", email, password);
}

const Auth__TokenResponse *signed_in(const char *name)
{
	return expect_ok(login(address_of(name), GOOD_PASSWORD));
}

struct answer refresh(const char *token)
{
	Auth__RefreshSessionRequest request = AUTH__REFRESH_SESSION_REQUEST__INIT;

	request.refresh_token = token;
	return call_to(auth_d, as_nobody(), "RefreshSession", &request);
}

static const struct jwt_claims *claims_of(const Auth__TokenResponse *tokens)
{
	struct jwt_claims *claims = arena_new_of(test_world.arena, struct jwt_claims);
	Auth__GetJwksRequest request = AUTH__GET_JWKS_REQUEST__INIT;
	const struct jwt_expect expect = {"aegis", "aegis-api", "access"};
	const Auth__GetJwksResponse *jwks = expect_ok(
		call_to(auth_d, as_daemon("gateway", (struct uuid){}), "GetJwks", &request));
	struct jwt_key key = {};
	struct status st;

	cr_assert_eq(jwks->n_keys, 1);
	strcpy(key.kid, jwks->keys[0]->kid);
	memcpy(key.public_key, jwks->keys[0]->public_key.data, 32);
	st = jwt_verify(test_world.arena, &key, 1, str_of(tokens->access_token),
			svc_now(daemon_svc(auth_d)), &expect, claims);
	cr_assert(is_ok(st), "%s", reason_name(st.reason));
	return claims;
}

static struct uuid uuid_or_nil(const char *text)
{
	struct uuid id = {};

	(void)uuid_parse(str_of(text), &id);
	return id;
}

const struct caller *bearer_of(const Auth__TokenResponse *tokens)
{
	const struct jwt_claims *claims = claims_of(tokens);
	struct caller *caller = arena_memdup(test_world.arena, as_nobody(), sizeof *caller);

	caller->principal = (struct principal){
		.kind = claims->admin ? PRINCIPAL_ADMIN : PRINCIPAL_USER,
		.id = uuid_or_nil(claims->sub),
		.tenant = uuid_or_nil(claims->org),
		.session = uuid_or_nil(claims->sid),
		.role = claims->role,
		.permissions = claims->permissions,
		.n_permissions = claims->n_permissions,
		.epoch = claims->epoch,
		.expires_at = claims->expires_at,
		.verified = claims->email_verified,
		.label = "",
	};
	return caller;
}

struct uuid account_of(const Auth__TokenResponse *tokens)
{
	return bearer_of(tokens)->principal.id;
}

struct uuid organization_of(const Auth__TokenResponse *tokens)
{
	return bearer_of(tokens)->principal.tenant;
}

struct uuid session_of(const Auth__TokenResponse *tokens)
{
	return bearer_of(tokens)->principal.session;
}

enum cache_session record_of(const Auth__TokenResponse *tokens, uint64_t *epoch)
{
	const struct principal *p = &bearer_of(tokens)->principal;
	enum cache_session state;
	uint64_t found;

	cr_assert(is_ok(
		cache_session_get(auth_state()->cache, p->tenant, p->session, &state, &found)));
	if (epoch)
		*epoch = found;
	return state;
}

bool is_alive(const Auth__TokenResponse *tokens)
{
	Auth__CheckSessionRequest request = AUTH__CHECK_SESSION_REQUEST__INIT;
	const Auth__CheckSessionResponse *response;

	request.session_id = uuid_text(test_world.arena, session_of(tokens));
	request.user_id = uuid_text(test_world.arena, account_of(tokens));
	request.tenant_id = uuid_text(test_world.arena, organization_of(tokens));
	response = expect_ok(
		call_to(auth_d, as_daemon("gateway", (struct uuid){}), "CheckSession", &request));
	return response->alive;
}

/* test_value() cuts nothing of a few kilobytes of hex. */
static struct str outbox_payload(struct uuid organization, const char *topic)
{
	const char *hex = arena_strdup(
		test_world.arena,
		test_value("SELECT encode(payload, 'hex') FROM auth.outbox WHERE tenant_id = '%s' "
			   "AND subscriber = 'notification' AND topic = '%s' "
			   "ORDER BY created_at DESC, id DESC LIMIT 1",
			   uuid_text(test_world.arena, organization), topic));
	size_t len = strlen(hex) / 2;
	char *bytes = arena_alloc(test_world.arena, len + 1);

	cr_assert(len > 0 && hex_decode(bytes, len, str_of(hex)));
	return (struct str){bytes, len};
}

static struct str sealed_of(const Event__Event *event)
{
	const ProtobufCBinaryData *sealed =
		event->payload_case == EVENT__EVENT__PAYLOAD_USER_REGISTERED
			? &event->user_registered->sealed
			: &event->account_mail->sealed;

	cr_assert(event->payload_case == EVENT__EVENT__PAYLOAD_USER_REGISTERED ||
		  event->payload_case == EVENT__EVENT__PAYLOAD_ACCOUNT_MAIL);
	return (struct str){(const char *)sealed->data, sealed->len};
}

const char *mailed_link(struct uuid organization, const char *topic, const char *template)
{
	struct str wire = outbox_payload(organization, topic), opened;
	const Event__Event *event =
		(const void *)pb_unpack(test_world.arena, &event__event__descriptor, wire);
	const Event__SealedMail *mail;
	struct keyring *ring;

	cr_assert(event);
	cr_assert(is_ok(keyring_open(test_world.secrets, "notification", &ring)));
	cr_assert(seal_open_private(test_world.arena, keyring_newest(ring, KEY_SEAL)->bytes,
				    sealed_of(event), &opened));
	keyring_free(&ring);
	mail = (const void *)pb_unpack(test_world.arena, &event__sealed_mail__descriptor, opened);
	cr_assert(mail);
	cr_assert_str_eq(mail->template_, template);
	for (size_t i = 0; i < mail->n_values; i++)
		if (strcmp(mail->values[i]->key, "token") == 0)
			return mail->values[i]->value;
	cr_assert_fail("no token in the mail");
	return NULL;
}

const char *mailed_token(struct uuid organization)
{
	return mailed_link(organization, "user.registered", "verify_email");
}

static sem_t places;

struct answer call_in_place(struct svc_worker *worker, const char *method, const void *request)
{
	struct answer answer;

	while (sem_wait(&places) != 0)
		continue;
	answer = call_on(worker, as_nobody(), method, request);
	sem_post(&places);
	return answer;
}

struct racer {
	pthread_t thread;
	pthread_barrier_t *barrier;
	struct svc_worker *worker;
	void (*fn)(struct svc_worker *, unsigned, void *);
	unsigned i;
	void *arg;
};

static void *race(void *arg)
{
	struct racer *racer = arg;

	pthread_barrier_wait(racer->barrier);
	racer->fn(racer->worker, racer->i, racer->arg);
	return NULL;
}

void at_once(unsigned n, void (*fn)(struct svc_worker *worker, unsigned i, void *arg), void *arg)
{
	struct racer *racers = calloc(n, sizeof *racers);
	pthread_barrier_t barrier;

	cr_assert(racers);
	pthread_barrier_init(&barrier, NULL, n);
	cr_assert(sem_init(&places, 0, AUTH_HASH_PLACES) == 0);
	for (unsigned i = 0; i < n; i++) {
		racers[i] = (struct racer){.barrier = &barrier,
					   .worker = worker_new(auth_d),
					   .fn = fn,
					   .i = i,
					   .arg = arg};
		cr_assert(pthread_create(&racers[i].thread, NULL, race, &racers[i]) == 0);
	}
	for (unsigned i = 0; i < n; i++) {
		pthread_join(racers[i].thread, NULL);
		svc_worker_free(&racers[i].worker);
	}
	pthread_barrier_destroy(&barrier);
	sem_destroy(&places);
	free(racers);
}

const char *operator_runs(const char *words, int *status)
{
	char *line = arena_alloc(test_world.arena, 1024), path[256], more[256];
	const char *command;
	FILE *out;

	/* The test server trusts its socket; the file stands for the password all the same. */
	snprintf(path, sizeof path, "%s/migrator", test_world.secrets);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/migrator/db.password", test_world.secrets);
	out = fopen(path, "we");
	cr_assert(out && fputs("unused\n", out) >= 0 && fclose(out) == 0);
	cr_assert(chmod(path, 0600) == 0);
	command = arena_printf(
		test_world.arena, "%s/services/ctl/aegisctl %s --db '%s' --secrets '%s' 2>&1",
		getenv("AEGIS_BUILD"), words, test_db_conninfo(), test_world.secrets);
	out = popen(command, "re");
	cr_assert(out);
	if (!fgets(line, 1024, out))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	while (fgets(more, sizeof more, out))
		;
	*status = WEXITSTATUS(pclose(out));
	return line;
}
