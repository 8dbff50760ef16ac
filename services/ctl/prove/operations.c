#include "operations.h"

#include <stdlib.h>
#include <string.h>

/* Where the contract's example would write to a stranger: an owner's own mails leave.  RFC 2606
 * keeps the domain from ever existing. */
static const struct {
	const char *pattern, *body;
} bodies[] = {
	{"/api/notifications/email", "{\"to\":\"nobody@isolation.invalid\",\"subject\":\"Isolation "
				     "proof\",\"text\":\"For nobody.\"}"},
	{"/api/settings", "{\"alertEmails\":[\"nobody@isolation.invalid\"]}"},
};

/* The same for every tenant. */
static const char *const shared[] = {"/api/compliance/sources/{id}/health"};

/* They make tenants or sign somebody in, and take no id. */
static const char *const left_out[] = {"/api/auth/register", "/api/auth/signup",
				       "/api/auth/refresh", "/api/auth/login"};

static const char *const last[] = {"/api/auth/logout", "/api/auth/revoke-all"};

/* What its own tenant reads there changes by itself. */
static const char *const lively[] = {"/api/audit",
				     "/api/auth",
				     "/api/notifications",
				     "/api/compliance",
				     "/api/tenants/{tenantId}/compliance",
				     "/api/tenants/me/stats"};

static const char *const methods[][2] = {
	{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"}};

#define N_OF(array)		 (sizeof(array) / sizeof(array)[0])
#define IS_ONE_OF(pattern, list) is_one_of((pattern), (list), N_OF(list))

static bool is_one_of(const char *pattern, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(pattern, list[i]) == 0)
			return true;
	return false;
}

/* The parameter as the contract describes it, NULL when it has none of the name. */
static const json_t *parameter_of(const json_t *contract, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(contract, "parameters"), i, one)
		if (json_object_get(one, "name") &&
		    strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return one;
	return NULL;
}

/* The first kind of object that the parameter may name and the tenant has; NULL without one. */
static const char *kind_of(const json_t *parameter, const struct world *target)
{
	const json_t *kind;
	size_t i;

	json_array_foreach (json_object_get(parameter, "x-aegis-resource"), i, kind)
		if (world_value(target, json_string_value(kind)))
			return json_string_value(kind);
	return NULL;
}

/* What names no object is the token of a link, which is the whole secret: any text will do. */
static const char *value_name(struct operation *o, const char *variable, const struct world *target)
{
	const json_t *parameter = parameter_of(o->contract, variable);

	if (json_object_get(parameter, "x-aegis-resource"))
		return kind_of(parameter, target);
	o->is_shared = true;
	return "canary";
}

static bool is_made_up(const struct world *world, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach (world->made_up, i, item)
		if (strcmp(json_string_value(item), name) == 0)
			return true;
	return false;
}

/* Fills the variables of the pattern; false when one is unknown. */
static bool aim(struct operation *o, const struct world *target)
{
	struct strbuf path = strbuf_new(target->arena);
	const char *at = o->pattern, *open;

	o->is_real = true;
	while ((open = strchr(at, '{'))) {
		const char *close = strchr(open, '}');
		const char *name = value_name(
			o, arena_strndup(target->arena, open + 1, (size_t)(close - open - 1)),
			target);

		if (!name)
			return false;
		o->is_real = o->is_real && !is_made_up(target, name);
		strbuf_add(&path, at, (size_t)(open - at));
		strbuf_add_c(&path, world_value(target, name));
		at = close + 1;
	}
	strbuf_add_c(&path, at);
	o->path = strbuf_str(&path).ptr;
	return true;
}

static const json_t *content_of(const struct operation *o)
{
	const json_t *body = json_object_get(o->contract, "requestBody");

	return json_object_get(json_object_get(body, "content"), "application/json");
}

/* The example as text; its code becomes the tenant's. */
static void take_example(struct operation *o, const struct world *target)
{
	json_t *example = json_deep_copy(json_object_get(content_of(o), "example"));
	char *text;

	if (!example)
		example = json_object();
	o->has_code = json_object_get(example, "code") != NULL;
	if (o->has_code)
		json_object_set_new(example, "code", json_string(world_value(target, "code_text")));
	text = json_dumps(example, JSON_COMPACT);
	o->body = arena_strdup(target->arena, text);
	free(text);
	json_decref(example);
}

static void choose_body(struct operation *o, const struct world *target)
{
	if (!content_of(o))
		return;
	take_example(o, target);
	for (size_t i = 0; i < N_OF(bodies); i++)
		if (strcmp(o->pattern, bodies[i].pattern) == 0)
			o->body = bodies[i].body;
}

static void add(struct operations *operations, const struct operation *made,
		const struct world *target)
{
	struct operation o = *made;
	json_t *sentence;

	if (!aim(&o, target)) {
		sentence = json_sprintf("%s %s: services/ctl/prove/world.c makes no object of the "
					"kind that it names",
					o.method, o.pattern);
		json_array_append_new(operations->unknown, sentence);
		return;
	}
	choose_body(&o, target);
	o.has_ids = o.has_code || strchr(o.pattern, '{');
	o.is_shared = o.is_shared || IS_ONE_OF(o.pattern, shared);
	o.is_last = IS_ONE_OF(o.pattern, last);
	operations->items[operations->n++] = o;
}

static void add_path(struct operations *operations, const char *pattern, const json_t *path,
		     const struct world *target)
{
	if (IS_ONE_OF(pattern, left_out)) {
		json_array_append_new(operations->left_out, json_string(pattern));
		return;
	}
	for (size_t i = 0; i < N_OF(methods); i++) {
		struct operation o = {.method = methods[i][1],
				      .pattern = pattern,
				      .contract = json_object_get(path, methods[i][0])};

		if (o.contract)
			add(operations, &o, target);
	}
}

void operations_list(struct operations *operations, const json_t *api, const struct world *target)
{
	json_t *paths = json_object_get(api, "paths"), *path;
	const char *pattern;

	*operations = (struct operations){.unknown = json_array(), .left_out = json_array()};
	operations->items = arena_array_of(target->arena, struct operation,
					   N_OF(methods) * json_object_size(paths));
	json_object_foreach (paths, pattern, path)
		add_path(operations, pattern, path, target);
}

void operations_free(struct operations *operations)
{
	json_decref(operations->unknown);
	json_decref(operations->left_out);
}

bool operation_is_for(const struct operation *operation, const char *kind)
{
	const json_t *ways = json_object_get(operation->contract, "security"), *way;
	size_t i;

	json_array_foreach (ways, i, way)
		if (json_object_get(way, kind))
			return true;
	return false;
}

const char *operation_filter(const struct operation *operation, const struct world *target,
			     size_t i, const char **parameter)
{
	const json_t *parameters = json_object_get(operation->contract, "parameters");
	const json_t *one = json_array_get(parameters, i);
	const char *name = json_string_value(json_object_get(one, "name")), *kind;

	*parameter = name;
	if (!name || strcmp(json_string_value(json_object_get(one, "in")), "query") != 0)
		return NULL;
	kind = kind_of(one, target);
	return kind ? world_value(target, kind) : NULL;
}

bool operation_is_reading(const struct operation *operation)
{
	return strcmp(operation->method, "GET") == 0 && operation->is_real &&
	       !operation->is_shared &&
	       (operation_is_for(operation, "user") || operation_is_for(operation, "session"));
}

const char *operation_reader(const struct operation *operation, const struct world *target)
{
	return world_value(target, operation_is_for(operation, "user") ? "owner" : "session_token");
}

bool operation_is_lively(const struct operation *operation)
{
	for (size_t i = 0; i < N_OF(lively); i++)
		if (strncmp(operation->pattern, lively[i], strlen(lively[i])) == 0)
			return true;
	return false;
}
