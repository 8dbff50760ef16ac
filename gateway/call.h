#pragma once

/*
 * One request on its way through the stages of stage/steps.c.  A stage that waits (for Redis or a
 * daemon) continues on the loop's thread.
 */
#include "gateway.h"

/* Of every answer that is no page. */
#define CSP_NONE "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

struct gw_call {
	struct edge_exchange *x;
	struct gw_loop *loop;
	unsigned step;		       /* of steps.c: the one that comes next */
	const struct builtin *builtin; /* instead of a route */
	const struct link_page *page;  /* of the path of a mailed link, or NULL */
	bool answers_page;	       /* the client is a person with a browser */
	struct route_match match;
	const struct gw_route *route; /* NULL: builtin or not found */
	char request_id[REQUEST_ID_TEXT];
	struct trace_context trace;
	struct client client;
	struct str origin;		   /* when it is one of ours */
	struct str token;		   /* of Authorization: Bearer */
	struct credential *credential;	   /* NULL: anonymous */
	const struct principal *principal; /* of this call: the credential's, or an admin's */
	struct str signed_principal;
	struct str signed_for_grant; /* the administrator, for the daemon that keeps the grants */
	bool waited_for_keys;
	bool address_asked;
	struct cache_check check;
	struct cache_verdict verdict;
	bool has_verdict;
	struct field_errors errors;
	const char *idempotency_key;
	struct str if_match, if_none_match; /* ptr NULL: none */
	int64_t expected_version;	    /* of If-Match in a write; 0: none */
	struct str etag;		    /* of the answer; len 0: none */
	struct edge_task task;
	struct rpc_result *result;
	void (*then)(struct gw_call *call); /* on the loop's thread, when result is there */
	struct gw_call *next_waiting;
	enum reason reason; /* of the answer, for the access line */
	bool rpc_sent;
	struct fan_out *fan_out;
	struct ProtobufCMessage *request;
};

/* stage/head.c: edge's on_head; everything that needs no body. */
void gw_on_head(void *state, struct edge_exchange *x);
void gw_on_request(void *state, struct edge_exchange *x);

/* stage/steps.c: runs the stage that follows; called once by each stage that lets the call pass. */
void gw_next(struct gw_call *call);

/* The stages, in the order of steps.c. */

/* stage/credential.c: whose call is it, may they.  Run again when keys that a call waited for came.
 */
void gw_authenticate(struct gw_call *call);
/* stage/admit.c: session alive, tenant active, within limits, address confirmed. */
void gw_admit(struct gw_call *call);
/*
 * stage/grant.c: a platform administrator who acts in a tenant has an open break-glass grant, and
 * the call is in the tenant's log before it is made.
 */
void gw_use_grant(struct gw_call *call);
/* stage/transcode.c: body, path, query and preconditions to a valid message. */
void gw_transcode(struct gw_call *call);
/* stage/call.c: the call to the daemon; then the answer. */
void gw_call_daemon(struct gw_call *call);

/* The rates of this process: those of the table, scaled. */
void gw_rates_init(struct gw_rates *rates, long percent);

/* A credential of the call's network turned out to be none. */
void gw_count_refusal(struct gw_call *call);
/* False, with 429 on its way, while too many credentials of the call's network were refused. */
bool gw_may_try_credential(struct gw_call *call);
/* False, with 429 on its way, when the network asks too much of what the gateway answers itself. */
bool gw_may_ask_builtin(struct gw_call *call);

/*
 * stage/transcode.c: a field's name relative to the body that was sent.  Where the body is one
 * member of the request ("program"), the validator's "program.name" is "name" there.
 */
const char *gw_name_in_body(const struct gw_call *call, const char *field);

/* answer.c */
void gw_answer_ok(struct gw_call *call, int status, const char *content_type, struct str body);
/* 304: the client has this already. */
void gw_answer_not_modified(struct gw_call *call, struct str etag);
void gw_fail(struct gw_call *call, struct status st, const char *detail);
void gw_fail_later(struct gw_call *call, struct status st, const char *detail,
		   uint32_t retry_after_ms);
/* With the fields of call->errors. */
void gw_fail_fields(struct gw_call *call, struct status st, const char *detail);
void gw_fail_reply(struct gw_call *call, const struct rpc_reply_header *header);
/* An HTTP status that no code has: 405, 406, 415. */
void gw_fail_http(struct gw_call *call, int http, struct status st, const char *detail);
/* Header fields every answer has; `last` for those that may not be stored. */
void gw_common_fields(struct gw_call *call, struct edge_answer *answer);
void gw_on_refused(void *state, struct edge_exchange *x, enum edge_refusal refusal);

/* cors.c */
void gw_cors_fields(struct gw_call *call, struct edge_answer *answer);
void gw_answer_options(struct gw_call *call);

/* builtin.c */
const struct builtin *gw_builtin_find(struct str path, bool on_private_port);
/* The one that shows call->page. */
extern const struct builtin gw_builtin_page;
void gw_builtin_answer(struct gw_call *call);
/* Where to write the "instead of a route" name for metrics and the access line. */
const char *gw_builtin_name(const struct builtin *builtin);

/* The call, made on first use, so that refusals before on_head have one too. */
struct gw_call *gw_call_of(struct gw_loop *loop, struct edge_exchange *x);

/* rpc_send with the result coming back on the loop's thread, as call->result. */
void gw_send(struct gw_call *call, const char *daemon, const struct rpc_method *method,
	     struct rpc_body body, uint32_t deadline_ms, void (*then)(struct gw_call *call));
