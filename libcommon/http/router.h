#pragma once

/*
 * From verb and raw path to a route.  A trie over path segments, built once and
 * read by every thread.  Paths are matched as they came: literals byte for byte,
 * so that "%70rograms" is not "programs"; a variable takes one whole segment,
 * which is decoded only afterwards (uri_decode), so that "%2F" never splits.
 * An empty segment ("//", a "/" at the end) matches nothing.
 *
 * "/programs/{id}:activate": what follows the last ":" of the last segment is
 * the custom verb, if any route has it there; else the colon belongs to the
 * value.
 */
#include "base/status.h"
#include "base/str.h"
#include "contract/route.h"

struct arena;
struct router;

#define ROUTE_SEGMENTS_MAX  16
#define ROUTE_VARIABLES_MAX 8

/*
 * The router lives in the arena; routes must outlive it.
 * INTERNAL/ROUTE_CONFLICT when two routes answer the same verb and path, or
 * one has too many segments; *conflict is then its pattern.
 */
struct status router_new(struct arena *arena, const struct gw_route *routes, size_t n,
			 const struct router **out, const char **conflict);

enum route_outcome {
	ROUTE_FOUND,
	ROUTE_NOT_FOUND,    /* 404 */
	ROUTE_OTHER_METHOD, /* 405, with Allow from match->allow */
};

struct route_match {
	const struct gw_route *route;
	bool is_head; /* HEAD, answered as GET without its body */
	/* The raw segments behind the route's variables, in their order; custom verb cut off. */
	struct str variables[ROUTE_VARIABLES_MAX];
	size_t n_variables;
	unsigned allow; /* bit per enum http_verb that this path answers */
};

/* method as sent ("GET"); path starts with "/", without the query. */
enum route_outcome router_match(const struct router *router, struct str method, struct str path,
				struct route_match *match);

/* "GET, HEAD, OPTIONS, POST": the Allow field of match->allow. */
#define ROUTE_ALLOW_TEXT 64
void route_allow(char out[ROUTE_ALLOW_TEXT], unsigned allow);
