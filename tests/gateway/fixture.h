#pragma once

/*
 * The whole gateway in this process, on any port, with a real Redis of the
 * test's own and one real rpc server that plays every daemon by the generated
 * contract.
 */
#include <stdatomic.h>

#include "cache/redis_server.h"
#include "gateway.h"
#include "gateway/edge_server.h"

/* What the backend saw last and what it should say. */
struct backend {
	atomic_int calls;      /* of services' methods, not of keys, sessions, health */
	atomic_int key_checks; /* CheckPartnerKey */
	atomic_int session_checks;
	atomic_int health_checks;
	atomic_bool token_refused; /* consumer finds no session token right */
	atomic_int jwks_asked;
	atomic_bool session_alive;
	atomic_int epoch;
	atomic_long program_version;	 /* of the one program; a change that builds on another is
					    refused */
	atomic_long screener_generation; /* of the one screener */
	atomic_bool key_revoked;
	atomic_bool suspended;	   /* by CheckSession's answer */
	atomic_bool grant_refused; /* no administrator has one */
	atomic_int grant_uses;	   /* UseBreakGlassGrant */
	atomic_bool jwks_down;
	/* The last call of a service. */
	char method[64], tenant[40], idempotency_key[128], request_id[80], traceparent[64];
	char client_addr[64], scope0[128], mask[256], label[64];
	int principal_kind;
};

extern struct backend backend;
extern struct redis_server redis;
extern struct gateway *gateway;
extern struct gateway_config config;

/* Where it makes its directory: "/tmp". */
extern const char *fixture_root;
/* Fills config with defaults; change it, then fixture_start().  Starts Redis unless it runs. */
void fixture_up(void);
void fixture_start(void);
void fixture_down(void);
void fixture_stop_backend(void);
void fixture_start_backend(void);

#define TENANT	"0190f3c2-0000-7000-8000-00000000000a"
#define OTHER	"0190f3c2-0000-7000-8000-00000000000b"
#define USER	"0190f3c2-0000-7000-8000-000000000001"
#define SESSION "0190f3c2-0000-7000-8000-000000000002"
#define PROGRAM "0190f3c2-0000-7000-8000-000000000003"

struct token_args {
	const char *kid; /* NULL: the first key */
	const char *aud, *iss, *type;
	const char *role;
	const char *org;	 /* "-": none */
	const char *permissions; /* "programs:read programs:write" */
	const char *sid;
	int epoch;	  /* 0: 1 */
	int expires_in_s; /* 0: 900 */
	bool admin;	  /* the claim that auth's way for administrators sets */
	bool other_key;	  /* signed by a key that auth does not publish */
	bool verified;	  /* the address was confirmed */
};
/* A signed access token in static storage of four. */
const char *a_token_of(struct token_args args);
#define a_token(...) a_token_of((struct token_args){__VA_ARGS__})

/* From now on auth publishes a second key, "k2". */
void fixture_rotate_keys(void);
/* Redis says: this session lives with this epoch. */
void fixture_put_session(int epoch);
/* The same session as one of an administrator, who has no tenant. */
void fixture_put_admin_session(void);
void fixture_end_session(void);
/* Redis says whether TENANT may act. */
void fixture_put_standing(bool may_act);

struct http_args {
	const char *method; /* NULL: GET */
	const char *token;
	const char *headers; /* further lines with CR LF */
	const char *body;    /* sent as application/json */
	bool on_private_port;
};
struct raw_answer http_of(const char *path, struct http_args args);
#define http(path, ...) http_of(path, (struct http_args){__VA_ARGS__})

/* Asserts status and reason ("" for none), frees. */
void expect_of(const char *file, int line, struct raw_answer answer, int status,
	       const char *reason);
#define expect(answer, status, reason) expect_of(__FILE__, __LINE__, answer, status, reason)
