#include "http/router.h"

#include <criterion/criterion.h>

#include "base/arena.h"
#include "routes.h"

struct match_case {
	const char *method;
	const char *path;
	enum route_outcome outcome;
	const char *pattern; /* of the route found, or the Allow field */
	const char *variables;
};

#define ALLOW_PROGRAM "DELETE, GET, HEAD, OPTIONS, PATCH"

static const struct match_case cases[] = {
	{"GET", "/api/programs", ROUTE_FOUND, "/api/programs", ""},
	{"HEAD", "/api/programs", ROUTE_FOUND, "/api/programs", ""},
	{"POST", "/api/programs", ROUTE_FOUND, "/api/programs", ""},
	{"GET", "/api/programs/42", ROUTE_FOUND, "/api/programs/{id}", "42"},
	{"PATCH", "/api/programs/42", ROUTE_FOUND, "/api/programs/{program.id}", "42"},
	{"DELETE", "/api/programs/42", ROUTE_FOUND, "/api/programs/{id}", "42"},
	{"POST", "/api/programs/42:activate", ROUTE_FOUND, "/api/programs/{id}:activate", "42"},
	{"POST", "/api/programs/a:b:activate", ROUTE_FOUND, "/api/programs/{id}:activate", "a:b"},
	{"POST", "/api/programs:search", ROUTE_FOUND, "/api/programs:search", ""},
	{"GET", "/api/programs/recent", ROUTE_FOUND, "/api/programs/recent", ""},
	{"GET", "/api/programs/recen", ROUTE_FOUND, "/api/programs/{id}", "recen"},
	{"DELETE", "/api/programs/recent", ROUTE_FOUND, "/api/programs/{id}", "recent"},
	{"GET", "/api/programs/7/screeners/3", ROUTE_FOUND,
	 "/api/programs/{id}/screeners/{version}", "7 3"},
	{"GET", "/api/programs/summary", ROUTE_FOUND, "/api/programs/{id}", "summary"},
	{"GET", "/api/partners/summary", ROUTE_FOUND, "/api/{kind}/summary", "partners"},
	{"GET", "/api/x/summary", ROUTE_FOUND, "/api/{kind}/summary", "x"},
	{"PUT", "/api/tenants/9/settings", ROUTE_FOUND, "/api/tenants/{tenant_id}/settings", "9"},
	{"GET", "/api/tenants/summary", ROUTE_FOUND, "/api/{kind}/summary", "tenants"},
	/* Raw: what is encoded stays one segment, and a literal is only itself. */
	{"GET", "/api/programs/a%2Fb", ROUTE_FOUND, "/api/programs/{id}", "a%2Fb"},
	{"GET", "/api/programs/a%3Aactivate", ROUTE_FOUND, "/api/programs/{id}", "a%3Aactivate"},
	{"GET", "/api/programs/a:b", ROUTE_FOUND, "/api/programs/{id}", "a:b"},
	{"GET", "/api/programs/:activate", ROUTE_FOUND, "/api/programs/{id}", ":activate"},
	{"GET", "/api/programs/a:", ROUTE_FOUND, "/api/programs/{id}", "a:"},
	{"GET", "/api/%70rograms", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/API/programs", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api%2Fprograms", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api/programs/", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "//api/programs", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api//programs", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "api/programs", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "*", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api/program", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api/programs/1/2", ROUTE_NOT_FOUND, NULL, NULL},
	{"GET", "/api/programs/7/screeners", ROUTE_NOT_FOUND, NULL, NULL},
	{"POST", "/api/programs/42:deactivate", ROUTE_OTHER_METHOD, ALLOW_PROGRAM, NULL},
	{"PUT", "/api/programs/42", ROUTE_OTHER_METHOD, ALLOW_PROGRAM, NULL},
	{"OPTIONS", "/api/programs/42", ROUTE_OTHER_METHOD, ALLOW_PROGRAM, NULL},
	{"BREW", "/api/programs/42", ROUTE_OTHER_METHOD, ALLOW_PROGRAM, NULL},
	{"get", "/api/programs/42", ROUTE_OTHER_METHOD, ALLOW_PROGRAM, NULL},
	{"DELETE", "/api/programs", ROUTE_OTHER_METHOD, "GET, HEAD, OPTIONS, POST", NULL},
	{"GET", "/api/programs/42:activate", ROUTE_OTHER_METHOD, "OPTIONS, POST", NULL},
	{"HEAD", "/api/programs/42:activate", ROUTE_OTHER_METHOD, "OPTIONS, POST", NULL},
	{"HEAD", "/api/tenants/9/settings", ROUTE_OTHER_METHOD, "OPTIONS, PUT", NULL},
	{"POST", "/api/partners", ROUTE_OTHER_METHOD, "GET, HEAD, OPTIONS", NULL},
	{"GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", ROUTE_NOT_FOUND, NULL, NULL},
};

static const char *joined(struct arena *arena, const struct route_match *match)
{
	struct strbuf buf = strbuf_new(arena);

	for (size_t i = 0; i < match->n_variables; i++) {
		if (i)
			strbuf_add_char(&buf, ' ');
		strbuf_add_str(&buf, match->variables[i]);
	}
	return buf.ptr;
}

static void check(struct arena *arena, const struct router *router, const struct match_case *c)
{
	struct route_match match;
	char allow[ROUTE_ALLOW_TEXT];
	enum route_outcome outcome =
		router_match(router, str_of(c->method), str_of(c->path), &match);

	cr_expect(outcome == c->outcome, "%s %s: outcome %d", c->method, c->path, (int)outcome);
	if (outcome != c->outcome)
		return;
	cr_expect(match.is_head == (strcmp(c->method, "HEAD") == 0));
	if (outcome == ROUTE_FOUND) {
		cr_expect_str_eq(match.route->pattern, c->pattern, "%s %s: %s", c->method, c->path,
				 match.route->pattern);
		cr_expect_str_eq(joined(arena, &match), c->variables, "%s %s", c->method, c->path);
	} else if (outcome == ROUTE_OTHER_METHOD) {
		route_allow(allow, match.allow);
		cr_expect_str_eq(allow, c->pattern, "%s %s: %s", c->method, c->path, allow);
	}
}

Test(router, finds_routes_by_verb_and_raw_path)
{
	struct arena *arena = arena_new(1 << 20);
	const struct router *router;
	const char *conflict;

	cr_assert(is_ok(router_new(arena, test_routes, N_TEST_ROUTES, &router, &conflict)));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(arena, router, &cases[i]);
	arena_free(&arena);
}

static const struct gw_route doubled[] = {
	A_ROUTE(GET, "/a/{x}", NULL, LIT("a"), VAR("x")),
	A_ROUTE(POST, "/a/{y}", NULL, LIT("a"), VAR("y")),
	A_ROUTE(GET, "/a/{z}", NULL, LIT("a"), VAR("z")),
};

Test(router, two_routes_for_one_verb_and_path_are_a_conflict)
{
	struct arena *arena = arena_new(1 << 20);
	const struct router *router;
	const char *conflict = NULL;

	cr_expect(is_ok(router_new(arena, doubled, 2, &router, &conflict)));
	cr_expect_str_eq(reason_name(router_new(arena, doubled, 3, &router, &conflict).reason),
			 "ROUTE_CONFLICT");
	cr_expect_str_eq(conflict, "/a/{z}");
	arena_free(&arena);
}

Test(router, hundreds_of_siblings_are_told_apart)
{
	struct arena *arena = arena_new(1 << 20);
	struct gw_route *routes = arena_array_of(arena, struct gw_route, 500);
	const struct router *router;
	struct route_match match;
	const char *conflict;

	for (size_t i = 0; i < 500; i++) {
		struct route_segment *segment = arena_new_of(arena, struct route_segment);

		segment->text = arena_printf(arena, "s%zu", i * 7919 % 500);
		routes[i] = (struct gw_route){.verb = HTTP_GET,
					      .pattern = arena_printf(arena, "/%s", segment->text),
					      .segments = segment,
					      .n_segments = 1};
	}
	cr_assert(is_ok(router_new(arena, routes, 500, &router, &conflict)));
	for (size_t i = 0; i < 500; i++) {
		cr_assert_eq(router_match(router, STR("GET"), str_of(routes[i].pattern), &match),
			     ROUTE_FOUND);
		cr_assert_eq(match.route, &routes[i]);
	}
	arena_free(&arena);
}
