/* What the gateway answers itself: information, health, the reference, keys, metrics. */
#include <protobuf-c/protobuf-c.h>

#include "aegis/svc/v1/svc.pb-c.h"
#include "base/encoding.h"
#include "builtin/docs/docs.h"
#include "builtin/fan_out.h"
#include "builtin/link_page.h"
#include "builtin/metrics.h"
#include "builtin/metrics_merge.h"
#include "call.h"
#include "rpc/pb_arena.h"
#include "svc_core/health.h"
#include "svc_core/metrics.h"

struct builtin {
	const char *path;
	bool is_private;
	void (*answer)(struct gw_call *call);
};

static void answer_info(struct gw_call *call)
{
	gw_answer_ok(call, 200, "application/json",
		     STR("{\"name\":\"Aegis\",\"api\":\"/api\",\"reference\":\"/openapi.json\","
			 "\"docs\":\"/docs\",\"health\":\"/api/health\"}"));
}

static const char *health_of(struct gw_call *call, const struct fan_part *part)
{
	ProtobufCAllocator allocator = pb_arena_allocator(call->x->arena);
	Svc__CheckHealthResponse *answer;

	if (is_failed(part->result->header.status))
		return "unreachable";
	answer = svc__check_health_response__unpack(&allocator, part->result->payload.len,
						    (const uint8_t *)part->result->payload.ptr);
	return answer ? answer->status : "unreadable";
}

/* Every question goes to all daemons, so a second's crowd shares one. */
static void keep_health(struct gw_loop *loop, int status, struct str text)
{
	struct gw_health *health = &loop->health;

	if (text.len >= sizeof health->text)
		return;
	memcpy(health->text, text.ptr, text.len);
	health->text[text.len] = '\0';
	health->status = status;
	health->at = edge_loop_now(loop->edge_loop);
}

static void on_health(struct fan_out *fan)
{
	struct gw_call *call = fan->call;
	struct strbuf body = strbuf_new(call->x->arena);
	struct strbuf daemons = strbuf_new(call->x->arena);
	bool all = true;

	for (size_t i = 0; i < fan->n; i++) {
		const char *status = health_of(call, &fan->parts[i]);

		all = all && strcmp(status, "serving") == 0;
		strbuf_add_c(&daemons, i ? "," : "");
		strbuf_add_json(&daemons, str_of(fan->parts[i].daemon));
		strbuf_add_char(&daemons, ':');
		strbuf_add_json(&daemons, str_of(status));
	}
	strbuf_printf(&body, "{\"status\":\"%s\",\"cache\":\"%s\",\"daemons\":{%s}}",
		      all ? "serving" : "degraded",
		      !call->loop->cache	       ? "none"
		      : cache_is_up(call->loop->cache) ? "serving"
						       : "unreachable",
		      daemons.ptr);
	keep_health(call->loop, all ? 200 : 503, strbuf_str(&body));
	gw_answer_ok(call, all ? 200 : 503, "application/json", strbuf_str(&body));
}

static void answer_health(struct gw_call *call)
{
	Svc__CheckHealthRequest request = SVC__CHECK_HEALTH_REQUEST__INIT;
	const struct gw_health *kept = &call->loop->health;

	if (kept->status && edge_loop_now(call->loop->edge_loop) - kept->at < SECONDS(1)) {
		gw_answer_ok(call, kept->status, "application/json",
			     str_of(arena_strdup(call->x->arena, kept->text)));
		return;
	}
	gw_fan_out(call, call->loop->gw->methods.check_health, &request.base, on_health);
}

static void answer_keys(struct gw_call *call)
{
	const struct gw_keys *keys = &call->loop->keys;
	struct strbuf body = strbuf_new(call->x->arena);

	if (keys->n == 0) {
		gw_fail_later(call, FAIL(KEYS_UNAVAILABLE), "The keys are not known at the moment.",
			      1000);
		return;
	}
	strbuf_add_c(&body, "{\"keys\":[");
	for (size_t i = 0; i < keys->n; i++)
		strbuf_printf(&body,
			      "%s{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\","
			      "\"use\":\"sig\",\"kid\":\"%s\",\"x\":\"%s\"}",
			      i ? "," : "", keys->keys[i].kid,
			      base64url_encode(call->x->arena, keys->keys[i].public_key, 32));
	strbuf_add_c(&body, "]}");
	gw_answer_ok(call, 200, "application/jwk-set+json", strbuf_str(&body));
}

/* A text that only a new build changes. */
static void answer_file(struct gw_call *call, const char *type, struct str body, const char *etag,
			const char *policy)
{
	struct edge_answer answer = {.status = 200, .content_type = type, .body = body};

	if (str_eq_c(edge_head_field(&call->x->head, "if-none-match"), etag)) {
		answer.status = 304;
		answer.body = (struct str){};
	}
	gw_common_fields(call, &answer);
	edge_answer_add(&answer, "ETag", str_of(etag));
	/* The page's files belong together: a browser asks each time whether they are the same. */
	edge_answer_add(&answer, "Cache-Control", STR("no-cache"));
	edge_answer_add(&answer, "Content-Security-Policy", str_of(policy));
	edge_reply(call->x, &answer);
}

static void answer_openapi(struct gw_call *call)
{
	const struct gateway *gw = call->loop->gw;

	if (!gw->contract.openapi) {
		gw_fail(call, FAIL(ROUTE_NOT_FOUND), "This build has no reference in it.");
		return;
	}
	answer_file(call, "application/json",
		    (struct str){gw->contract.openapi, gw->contract.openapi_len}, gw->openapi_etag,
		    CSP_NONE);
}

static void answer_docs(struct gw_call *call)
{
	const struct docs_file *file = docs_find(call->x->head.path);

	answer_file(call, file->content_type, (struct str){file->bytes, *file->len}, file->etag,
		    DOCS_POLICY);
}

static void answer_live(struct gw_call *call)
{
	gw_answer_ok(call, 200, "text/plain", STR("live\n"));
}

static void answer_ready(struct gw_call *call)
{
	struct strbuf body = strbuf_new(call->x->arena);
	bool ready = health_is_ready(&body);

	gw_answer_ok(call, ready ? 200 : 503, "text/plain", strbuf_str(&body));
}

static void on_metrics(struct fan_out *fan)
{
	struct gw_call *call = fan->call;
	struct arena *arena = call->x->arena;
	struct metrics_merge *merge = metrics_merge_new(arena);
	struct strbuf own = strbuf_new(arena), body = strbuf_new(arena);
	ProtobufCAllocator allocator = pb_arena_allocator(arena);

	gw_metrics_refresh(call->loop->gw);
	metrics_write(&own);
	metrics_merge_add(merge, "gateway", strbuf_str(&own));
	for (size_t i = 0; i < fan->n; i++) {
		const struct rpc_result *result = fan->parts[i].result;
		Svc__GetMetricsResponse *answer;

		if (is_failed(result->header.status))
			continue;
		answer = svc__get_metrics_response__unpack(&allocator, result->payload.len,
							   (const uint8_t *)result->payload.ptr);
		if (answer)
			metrics_merge_add(
				merge, fan->parts[i].daemon,
				(struct str){(const char *)answer->text.data, answer->text.len});
	}
	strbuf_add_c(&body, "# HELP aegis_up Whether the daemon answered.\n"
			    "# TYPE aegis_up gauge\n");
	for (size_t i = 0; i < fan->n; i++)
		strbuf_printf(&body, "aegis_up{daemon=\"%s\"} %d\n", fan->parts[i].daemon,
			      is_ok(fan->parts[i].result->header.status));
	metrics_merge_write(merge, &body);
	gw_answer_ok(call, 200, "text/plain; version=0.0.4", strbuf_str(&body));
}

static void answer_metrics(struct gw_call *call)
{
	Svc__GetMetricsRequest request = SVC__GET_METRICS_REQUEST__INIT;

	gw_fan_out(call, call->loop->gw->methods.get_metrics, &request.base, on_metrics);
}

const struct builtin gw_builtin_page = {"link page", false, link_page_show};

static const struct builtin docs_builtin = {"/docs", false, answer_docs};

static const struct builtin builtins[] = {
	{"/", false, answer_info},
	{"/api/health", false, answer_health},
	{"/openapi.json", false, answer_openapi},
	{"/.well-known/jwks.json", false, answer_keys},
	{"/livez", true, answer_live},
	{"/readyz", true, answer_ready},
	{"/metrics", true, answer_metrics},
};

const struct builtin *gw_builtin_find(struct str path, bool on_private_port)
{
	for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
		if (builtins[i].is_private == on_private_port && str_eq_c(path, builtins[i].path))
			return &builtins[i];
	return !on_private_port && docs_find(path) ? &docs_builtin : NULL;
}

const char *gw_builtin_name(const struct builtin *builtin)
{
	return builtin->path;
}

void gw_builtin_answer(struct gw_call *call)
{
	if (gw_may_ask_builtin(call))
		call->builtin->answer(call);
}
