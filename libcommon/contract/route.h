#pragma once

/*
 * One REST binding of a method, as the generator writes it from
 * google.api.http.  The gateway matches on the raw path; a path variable binds
 * one scalar field of the request.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/method.h"

enum http_verb { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

enum route_segment_kind {
	ROUTE_LITERAL,	/* text */
	ROUTE_VARIABLE, /* one segment, text is the proto field path "tenant_id" */
};

struct route_segment {
	enum route_segment_kind kind;
	const char *text;
};

struct gw_route {
	enum http_verb verb;
	const char *pattern; /* "/api/programs/{id}:activate", for docs and metrics */
	const struct route_segment *segments;
	size_t n_segments;
	const char *custom_verb;   /* "activate" or NULL */
	const char *body;	   /* "*", a top-level field name, or NULL when there is no body */
	size_t body_max;	   /* bytes: no lawful body has more */
	const char *response_body; /* a top-level field of the response, or NULL for all of it */
	const struct rpc_service *service;
	size_t method_index; /* in service->methods */
};

static inline const struct rpc_method *route_method(const struct gw_route *route)
{
	return &route->service->methods[route->method_index];
}

extern const struct gw_route gw_routes[];
extern const size_t gw_n_routes;
