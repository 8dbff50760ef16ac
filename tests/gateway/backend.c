#include "gateway/backend.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "aegis/auth/v1/auth.aegis.h"
#include "aegis/consumer/v1/consumer.aegis.h"
#include "aegis/program/v1/program.aegis.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "aegis/tenant/v1/tenant.aegis.h"
#include "gateway/fixture.h"
#include "rpc/pb_arena.h"

uint8_t backend_public_keys[2][32];
_Atomic int backend_n_keys;

static bool is(const struct rpc_request *request, const struct rpc_service *service,
	       const char *name)
{
	const struct rpc_method *method = rpc_service_find(service, request->header.method_id);

	return method && strcmp(method->name, name) == 0;
}

static void reply(struct rpc_request *request, const ProtobufCMessage *message)
{
	struct rpc_reply_header ok = {};

	rpc_reply_message(request, &ok, message);
}

static void answer_jwks(struct rpc_request *request)
{
	static const char *const kids[] = {"k1", "k2"};
	Auth__GetJwksResponse answer = AUTH__GET_JWKS_RESPONSE__INIT;
	Auth__Jwk jwks[2] = {AUTH__JWK__INIT, AUTH__JWK__INIT}, *list[2];
	int n = backend_n_keys;

	backend.jwks_asked++;
	if (backend.jwks_down) {
		rpc_reply_status(request, FAIL(BUSY));
		return;
	}
	if (n > 2)
		abort();
	for (int i = 0; i < n; i++) {
		jwks[i].kid = kids[i];
		jwks[i].public_key = (ProtobufCBinaryData){32, backend_public_keys[i]};
		list[i] = &jwks[i];
	}
	answer.keys = list;
	answer.n_keys = (size_t)n;
	reply(request, &answer.base);
}

static void answer_session(struct rpc_request *request)
{
	Auth__CheckSessionResponse answer = AUTH__CHECK_SESSION_RESPONSE__INIT;

	backend.session_checks++;
	answer.alive = backend.session_alive;
	answer.suspended = backend.suspended;
	answer.epoch = (uint64_t)backend.epoch;
	reply(request, &answer.base);
}

static void answer_key(struct rpc_request *request)
{
	static const char *scopes[] = {"codes:verify"};
	Consumer__CheckPartnerKeyResponse answer = CONSUMER__CHECK_PARTNER_KEY_RESPONSE__INIT;

	backend.key_checks++;
	if (backend.key_revoked) {
		rpc_reply_status(request, FAIL(KEY_REVOKED));
		return;
	}
	answer.key_id = USER;
	answer.tenant_id = TENANT;
	answer.partner_id = PROGRAM;
	answer.scopes = scopes;
	answer.n_scopes = 1;
	reply(request, &answer.base);
}

static void answer_grant(struct rpc_request *request)
{
	Tenant__UseBreakGlassGrantResponse answer = TENANT__USE_BREAK_GLASS_GRANT_RESPONSE__INIT;

	backend.grant_uses++;
	if (backend.grant_refused) {
		rpc_reply_status(request, FAIL(GRANT_REQUIRED));
		return;
	}
	answer.grant_id = PROGRAM;
	reply(request, &answer.base);
}

static void note(struct rpc_request *request, struct arena *arena, struct trust *trust,
		 const struct rpc_method *method)
{
	const struct principal *p;

	snprintf(backend.method, sizeof backend.method, "%s", method->name);
	snprintf(backend.idempotency_key, sizeof backend.idempotency_key, "%s",
		 request->header.idempotency_key);
	snprintf(backend.request_id, sizeof backend.request_id, "%s", request->header.request_id);
	snprintf(backend.traceparent, sizeof backend.traceparent, "%s",
		 request->header.traceparent);
	snprintf(backend.client_addr, sizeof backend.client_addr, "%s",
		 request->header.client_addr);
	backend.tenant[0] = backend.scope0[0] = '\0';
	backend.principal_kind = -1;
	if (is_failed(trust_verify_principal(trust, arena, request->caller,
					     request->header.principal, instant_now(), &p)))
		return;
	backend.principal_kind = (int)p->kind;
	uuid_format(backend.tenant, p->tenant);
	snprintf(backend.label, sizeof backend.label, "%s", p->label);
	if (p->n_scopes)
		snprintf(backend.scope0, sizeof backend.scope0, "%s", p->scopes[0]);
}

static void answer_update(struct rpc_request *request, struct arena *arena)
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);
	Program__Program answer = PROGRAM__PROGRAM__INIT;
	Program__UpdateProgramRequest *update = program__update_program_request__unpack(
		&allocator, request->payload.len, (const uint8_t *)request->payload.ptr);

	backend.mask[0] = '\0';
	for (size_t i = 0; update && update->update_mask && i < update->update_mask->n_paths; i++)
		strcat(strcat(backend.mask, i ? "," : ""), update->update_mask->paths[i]);
	answer.id = update ? update->id : "";
	if (update && update->program && update->program->version &&
	    update->program->version != backend.program_version) {
		rpc_reply_status(request, FAIL(VERSION_CONFLICT));
		return;
	}
	answer.version = ++backend.program_version;
	reply(request, &answer.base);
}

/* A published version, whose generation is far beyond a draft's. */
static void answer_screener(struct rpc_request *request)
{
	Program__ScreenerVersion version = PROGRAM__SCREENER_VERSION__INIT;

	version.program_id = PROGRAM;
	version.version = 1;
	version.status = PROGRAM__SCREENER_STATUS__SCREENER_PUBLISHED;
	version.content_hash = "ab";
	version.generation = backend.screener_generation;
	reply(request, &version.base);
}

static void answer_service(struct rpc_request *request, struct arena *arena)
{
	struct rpc_reply_header missing = {
		.status = FAIL(PROGRAM_NOT_FOUND),
		.detail = "There is no such program.",
	};
	Program__Program program = PROGRAM__PROGRAM__INIT;

	backend.calls++;
	if (backend.token_refused &&
	    rpc_service_find(&consumer_service, request->header.method_id)) {
		rpc_reply_status(request, FAIL(SESSION_TOKEN_INVALID));
		return;
	}
	program.id = PROGRAM;
	program.name = "Statin assistance";
	program.version = backend.program_version;
	if (is(request, &program_service, "UpdateProgram"))
		answer_update(request, arena);
	else if (is(request, &program_service, "GetScreener"))
		answer_screener(request);
	else if (is(request, &program_service, "PauseProgram"))
		rpc_reply(request, &missing, (struct str){});
	else if (is(request, &program_service, "EndProgram"))
		rpc_reply(request, &(struct rpc_reply_header){}, STR("\xff\xff\xff"));
	else if (rpc_service_find(&program_service, request->header.method_id))
		reply(request, &program.base);
	else
		rpc_reply(request, &(struct rpc_reply_header){}, (struct str){});
}

static const struct rpc_method *method_of(const struct rpc_request *request)
{
	const struct rpc_service *services[] = {&auth_service, &consumer_service, &program_service,
						&tenant_service};

	for (size_t i = 0; i < 4; i++) {
		const struct rpc_method *method =
			rpc_service_find(services[i], request->header.method_id);

		if (method)
			return method;
	}
	return NULL;
}

void backend_answer(struct rpc_request *request, void *trust)
{
	Svc__CheckHealthResponse health = SVC__CHECK_HEALTH_RESPONSE__INIT;
	Svc__GetMetricsResponse metrics = SVC__GET_METRICS_RESPONSE__INIT;
	const struct rpc_method *method = method_of(request);
	static uint8_t text[] =
		"# HELP aegis_calls_total Calls.\n# TYPE aegis_calls_total counter\n"
		"aegis_calls_total{method=\"X\"} 7\n";
	struct arena *arena;

	health.status = "serving";
	metrics.text = (ProtobufCBinaryData){sizeof text - 1, text};
	if (is(request, &auth_service, "GetJwks"))
		answer_jwks(request);
	else if (is(request, &auth_service, "CheckSession"))
		answer_session(request);
	else if (is(request, &consumer_service, "CheckPartnerKey"))
		answer_key(request);
	else if (is(request, &tenant_service, "UseBreakGlassGrant"))
		answer_grant(request);
	else if (is(request, &svc_service, "CheckHealth")) {
		backend.health_checks++;
		reply(request, &health.base);
	} else if (is(request, &svc_service, "GetMetrics"))
		reply(request, &metrics.base);
	else if (method) {
		arena = arena_new(1 << 20);
		note(request, arena, trust, method);
		answer_service(request, arena);
		arena_free(&arena);
	} else
		rpc_reply_status(request, FAIL(UNKNOWN_METHOD));
}
