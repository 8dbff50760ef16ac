#include "http/router.h"

#include <stdlib.h>

#include "base/arena.h"

#define N_VERBS (HTTP_DELETE + 1)

/* What ends at a node: the routes of one custom verb ("" for none). */
struct ending {
	struct str custom_verb;
	const struct gw_route *routes[N_VERBS];
	struct ending *next;
};

struct node;

struct branch {
	struct str literal;
	struct node *node;
};

struct node {
	struct branch *branches; /* sorted by length, then bytes */
	size_t n_branches;
	struct node *variable;
	struct ending *endings;
};

struct router {
	struct node root;
};

/* The branch of a literal; *at is where it is or belongs. */
static struct node *find_branch(const struct node *node, struct str literal, size_t *at)
{
	size_t low = 0, high = node->n_branches;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(literal, node->branches[middle].literal);

		if (order == 0) {
			*at = middle;
			return node->branches[middle].node;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*at = low;
	return NULL;
}

static struct node *grow_branch(struct arena *arena, struct node *node, struct str literal)
{
	struct node *child;
	size_t at, n = node->n_branches;

	child = find_branch(node, literal, &at);
	if (child)
		return child;
	node->branches = arena_grow(arena, node->branches, n * sizeof(struct branch),
				    (n + 1) * sizeof(struct branch));
	memmove(node->branches + at + 1, node->branches + at, (n - at) * sizeof(struct branch));
	child = arena_new_of(arena, struct node);
	node->branches[at] = (struct branch){.literal = literal, .node = child};
	node->n_branches = n + 1;
	return child;
}

static struct ending *find_ending(const struct node *node, struct str custom_verb)
{
	struct ending *ending = node->endings;

	while (ending && !str_eq(ending->custom_verb, custom_verb))
		ending = ending->next;
	return ending;
}

static bool add_route(struct arena *arena, struct router *router, const struct gw_route *route)
{
	struct str custom_verb = str_of(route->custom_verb ? route->custom_verb : "");
	struct node *node = &router->root;
	struct ending *ending;
	size_t variables = 0;

	if (route->n_segments > ROUTE_SEGMENTS_MAX)
		return false;
	for (size_t i = 0; i < route->n_segments; i++) {
		if (route->segments[i].kind == ROUTE_LITERAL) {
			node = grow_branch(arena, node, str_of(route->segments[i].text));
			continue;
		}
		if (!node->variable)
			node->variable = arena_new_of(arena, struct node);
		node = node->variable;
		variables++;
	}
	ending = find_ending(node, custom_verb);
	if (!ending) {
		ending = arena_new_of(arena, struct ending);
		*ending = (struct ending){.custom_verb = custom_verb, .next = node->endings};
		node->endings = ending;
	}
	if (variables > ROUTE_VARIABLES_MAX || ending->routes[route->verb])
		return false;
	ending->routes[route->verb] = route;
	return true;
}

struct status router_new(struct arena *arena, const struct gw_route *routes, size_t n,
			 const struct router **out, const char **conflict)
{
	struct router *router = arena_new_of(arena, struct router);

	for (size_t i = 0; i < n; i++) {
		if (!add_route(arena, router, &routes[i])) {
			*conflict = routes[i].pattern;
			return FAIL(ROUTE_CONFLICT);
		}
	}
	*out = router;
	return OK;
}

/* A search in progress. */
struct walk {
	struct str segments[ROUTE_SEGMENTS_MAX];
	size_t n;
	struct str custom_verb;
	int verb; /* -1: none of ours */
	const struct gw_route *route;
	unsigned allow;
};

/* True when the path is lawful and short enough to be a route's. */
static bool split(struct str path, struct walk *walk)
{
	walk->n = 0;
	if (path.len == 0 || path.ptr[0] != '/')
		return false;
	path = (struct str){path.ptr + 1, path.len - 1};
	for (bool more = path.len > 0; more;) {
		more = path.len && memchr(path.ptr, '/', path.len);
		struct str segment = str_take_until(&path, '/');

		if (segment.len == 0 || walk->n == ROUTE_SEGMENTS_MAX)
			return false;
		walk->segments[walk->n++] = segment;
	}
	return true;
}

static bool end_here(const struct node *node, struct walk *walk)
{
	const struct ending *ending = find_ending(node, walk->custom_verb);

	if (!ending)
		return false;
	for (int v = 0; v < N_VERBS; v++)
		if (ending->routes[v])
			walk->allow |= 1u << v;
	if (walk->verb < 0 || !ending->routes[walk->verb])
		return false;
	walk->route = ending->routes[walk->verb];
	return true;
}

/* Literals before variables; goes back when a later segment does not fit. */
static bool descend(const struct node *node, struct walk *walk, size_t depth)
{
	const struct node *literal;
	size_t at;

	if (depth == walk->n)
		return end_here(node, walk);
	literal = find_branch(node, walk->segments[depth], &at);
	if (literal && descend(literal, walk, depth + 1))
		return true;
	return node->variable && descend(node->variable, walk, depth + 1);
}

static int verb_of(struct str method, bool *is_head)
{
	static const char *const names[N_VERBS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	*is_head = str_eq_c(method, "HEAD");
	if (*is_head)
		return HTTP_GET;
	for (int v = 0; v < N_VERBS; v++)
		if (str_eq_c(method, names[v]))
			return v;
	return -1;
}

/* Looks for the last segment as "value:verb"; restores it when nothing is there. */
static bool try_custom_verb(const struct router *router, struct walk *walk)
{
	struct str *last, whole;
	const char *colon;
	bool found;

	if (walk->n == 0)
		return false;
	last = &walk->segments[walk->n - 1];
	whole = *last;
	colon = memrchr(whole.ptr, ':', whole.len);
	if (!colon || colon == whole.ptr || colon + 1 == whole.ptr + whole.len)
		return false;
	last->len = (size_t)(colon - whole.ptr);
	walk->custom_verb = (struct str){colon + 1, whole.len - last->len - 1};
	found = descend(&router->root, walk, 0);
	/* A custom verb of another method is still that verb, not part of a value. */
	if (found || walk->allow)
		return true;
	*last = whole;
	walk->custom_verb = (struct str){"", 0};
	return false;
}

static void take_variables(const struct walk *walk, struct route_match *match)
{
	const struct gw_route *route = walk->route;

	match->n_variables = 0;
	for (size_t i = 0; i < route->n_segments; i++)
		if (route->segments[i].kind == ROUTE_VARIABLE)
			match->variables[match->n_variables++] = walk->segments[i];
}

enum route_outcome router_match(const struct router *router, struct str method, struct str path,
				struct route_match *match)
{
	struct walk walk = {.custom_verb = {"", 0}};

	*match = (struct route_match){};
	walk.verb = verb_of(method, &match->is_head);
	if (!split(path, &walk))
		return ROUTE_NOT_FOUND;
	if (!try_custom_verb(router, &walk))
		descend(&router->root, &walk, 0);
	match->allow = walk.allow;
	if (!walk.route)
		return walk.allow ? ROUTE_OTHER_METHOD : ROUTE_NOT_FOUND;
	match->route = walk.route;
	take_variables(&walk, match);
	return ROUTE_FOUND;
}

void route_allow(char out[ROUTE_ALLOW_TEXT], unsigned allow)
{
	static const struct {
		const char *name;
		unsigned bits; /* any of these; 0: always */
	} names[] = {{"DELETE", 1u << HTTP_DELETE}, {"GET", 1u << HTTP_GET},
		     {"HEAD", 1u << HTTP_GET},	    {"OPTIONS", 0},
		     {"PATCH", 1u << HTTP_PATCH},   {"POST", 1u << HTTP_POST},
		     {"PUT", 1u << HTTP_PUT}};
	char *p = out;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].bits && !(allow & names[i].bits))
			continue;
		if (p != out)
			p = stpcpy(p, ", ");
		p = stpcpy(p, names[i].name);
	}
}
