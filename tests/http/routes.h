#pragma once

/* Routes of every shape the generator writes, for the router's test and fuzz target. */
#include "http/router.h"

#define LIT(name)                                                                                  \
	{                                                                                          \
		ROUTE_LITERAL, name                                                                \
	}
#define VAR(name)                                                                                  \
	{                                                                                          \
		ROUTE_VARIABLE, name                                                               \
	}
#define PATH(...)                                                                                  \
	(const struct route_segment[])                                                             \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

#define A_ROUTE(verb_, pattern_, custom, ...)                                                      \
	{                                                                                          \
		.verb = HTTP_##verb_, .pattern = pattern_, .segments = PATH(__VA_ARGS__),          \
		.n_segments = sizeof(PATH(__VA_ARGS__)) / sizeof(struct route_segment),            \
		.custom_verb = custom,                                                             \
	}

static const struct gw_route test_routes[] = {
	A_ROUTE(GET, "/api/programs", NULL, LIT("api"), LIT("programs")),
	A_ROUTE(POST, "/api/programs", NULL, LIT("api"), LIT("programs")),
	A_ROUTE(GET, "/api/programs/{id}", NULL, LIT("api"), LIT("programs"), VAR("id")),
	A_ROUTE(PATCH, "/api/programs/{program.id}", NULL, LIT("api"), LIT("programs"),
		VAR("program.id")),
	A_ROUTE(DELETE, "/api/programs/{id}", NULL, LIT("api"), LIT("programs"), VAR("id")),
	A_ROUTE(POST, "/api/programs/{id}:activate", "activate", LIT("api"), LIT("programs"),
		VAR("id")),
	A_ROUTE(POST, "/api/programs:search", "search", LIT("api"), LIT("programs")),
	A_ROUTE(GET, "/api/programs/recent", NULL, LIT("api"), LIT("programs"), LIT("recent")),
	A_ROUTE(GET, "/api/programs/{id}/screeners/{version}", NULL, LIT("api"), LIT("programs"),
		VAR("id"), LIT("screeners"), VAR("version")),
	A_ROUTE(GET, "/api/{kind}/summary", NULL, LIT("api"), VAR("kind"), LIT("summary")),
	A_ROUTE(PUT, "/api/tenants/{tenant_id}/settings", NULL, LIT("api"), LIT("tenants"),
		VAR("tenant_id"), LIT("settings")),
	A_ROUTE(GET, "/api/partners", NULL, LIT("api"), LIT("partners")),
};

#define N_TEST_ROUTES (sizeof test_routes / sizeof test_routes[0])
