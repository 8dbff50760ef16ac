#pragma once

/*
 * What the gateway is made of.  struct gateway is built once and only read
 * afterwards; each event loop has its own struct gw_loop (Redis connection,
 * verified tokens, keys of auth, local limits), so that requests share no lock.
 */
#include <pthread.h>

#include "base/arena.h"
#include "cache/cache.h"
#include "cache/gcra.h"
#include "client_address.h"
#include "config.h"
#include "contract/method.h"
#include "contract/principal.h"
#include "crypto/jwt.h"
#include "crypto/keyring.h"
#include "edge/edge.h"
#include "http/router.h"
#include "http/trace.h"
#include "rpc/client.h"

struct metric;
struct builtin;

/* A principal as signed for one daemon; a credential has one for each that was asked. */
struct signed_principal {
	struct signed_principal *next;
	const char *daemon; /* of the contract's tables */
	struct str bytes;   /* behind the struct */
};

/* A bearer string that was checked, with its principal. */
struct credential {
	uint32_t refs;
	uint8_t key[16]; /* of the token, see token_cache.h */
	struct principal principal;
	struct signed_principal *signed_; /* made when first needed, released with the credential */
	instant good_until;		  /* wall clock */
	bool is_proven;			  /* of a session token: consumer has found its MAC right */
	struct credential *next;
};

struct token_cache;
struct session_facts;

/* Public keys of auth as one loop knows them. */
struct gw_keys {
	struct jwt_key keys[16];
	size_t n;
	instant fetched_at; /* monotonic; 0: never */
	instant tried_at;
	bool fetching;
	struct gw_call *waiting; /* for the fetch under way */
};

/* What the contract gives: generated, or a test's own. */
struct gw_contract {
	const struct gw_route *routes;
	size_t n_routes;
	const struct rpc_service *auth;	    /* GetJwks, CheckSession */
	const struct rpc_service *consumer; /* CheckPartnerKey */
	const struct rpc_service *tenant;   /* UseBreakGlassGrant */
	const struct rpc_service *daemon;   /* CheckHealth, GetMetrics */
	const char *openapi;		    /* JSON text, or NULL */
	size_t openapi_len;
};

/* Methods the gateway itself calls; NULL when the contract lacks one. */
struct gw_methods {
	const struct rpc_method *get_jwks;
	const struct rpc_method *check_session;
	const struct rpc_method *check_partner_key;
	const struct rpc_method *use_grant;
	const struct rpc_method *check_health;
	const struct rpc_method *get_metrics;
};

#define GW_RATES RPC_RATES

/* By class of method: what one principal or address has, and the tenant, whose units the call
 * costs. */
struct gw_rates {
	struct cache_rate of_class[GW_RATES];
	struct cache_rate of_tenant[GW_RATES];
	struct cache_rate of_anonymous[GW_RATES]; /* the share of a tenant's consumers */
	struct cache_rate refused; /* credentials of one network that turned out to be none */
	struct cache_rate builtin; /* what the gateway answers itself, for one network */
};

struct gateway {
	struct arena *arena;
	const struct gateway_config *config;
	struct gw_contract contract;
	struct gw_methods methods;
	const struct router *router;
	struct rpc_client *rpc;
	struct keyring *keyring;
	const struct key *service_key;
	struct edge *edge;
	const char *const *daemons; /* names of all peers */
	size_t n_daemons;
	const struct str *origins;
	size_t n_origins;
	struct trusted_proxies proxies;
	uint8_t token_mac_key[32]; /* keys of the token caches are not guessable */
	char openapi_etag[36];
	instant started;
	struct gw_metrics *metrics;
	struct gw_rates rates;
};

/* The last answer about the daemons' health, for a second. */
struct gw_health {
	int status; /* 0: none yet */
	instant at; /* monotonic */
	char text[1024];
};

struct gw_loop {
	struct gateway *gw;
	struct edge_loop *edge_loop;
	struct edge_source cache_source;
	struct cache *cache; /* NULL: no Redis configured */
	struct gcra_table *local;
	struct token_cache *tokens;
	struct session_facts *facts;
	struct gw_keys keys;
	struct gw_health health;
	struct arena *scratch; /* reset at the end of each turn */
	bool closed;	       /* the rpc client is going away: nothing is sent any more */
};

/*
 * Builds everything from a checked configuration; logs what is wrong.
 * Statuses of edge_new, rpc_client_new, keyring_open; INTERNAL/ROUTE_CONFLICT;
 * FAILED_PRECONDITION/NO_SERVICE_KEY.
 */
struct status gateway_new(const struct gateway_config *config, const struct gw_contract *contract,
			  struct gateway **out);
void gateway_start(struct gateway *gw);
/* Waits for requests in flight, at most config->drain_ms; blocks. */
void gateway_drain(struct gateway *gw);
void gateway_free(struct gateway **gw);

/* The generated contract (aegis_routes). */
const struct gw_contract *gateway_contract(void);

/* The whole life of the process; returns its exit code. */
int gateway_main(int argc, char **argv);
