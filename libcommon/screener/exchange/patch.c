/* RFC 6902 application over jansson values; pointers after RFC 6901. */
#include "screener/exchange/patch.h"

#include "base/str.h"

struct patching {
	struct arena *arena;
	json_t *doc; /* owned; NULL after the root was removed */
	size_t copied;
};

/* Where an operation acts: parent is NULL for the whole document. */
struct place {
	json_t *parent;
	const char *key; /* of an object */
	size_t index;	 /* of an array; its length for "-" */
};

static bool numbers_equal(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b))
		return json_integer_value(a) == json_integer_value(b);
	return json_number_value(a) == json_number_value(b);
}

static bool objects_equal(const json_t *a, const json_t *b)
{
	json_t *own = (json_t *)a;

	if (json_object_size(a) != json_object_size(b))
		return false;
	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it)) {
		const json_t *other = json_object_get(b, json_object_iter_key(it));

		if (!other || !patch_equal(json_object_iter_value(it), other))
			return false;
	}
	return true;
}

static bool arrays_equal(const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!patch_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

bool patch_equal(const json_t *a, const json_t *b)
{
	if (a == b)
		return true;
	if (json_is_number(a) && json_is_number(b))
		return numbers_equal(a, b);
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a))
		return objects_equal(a, b);
	if (json_is_array(a))
		return arrays_equal(a, b);
	return json_equal(a, b);
}

static size_t count_values(const json_t *value)
{
	size_t n = 1;
	json_t *own = (json_t *)value;

	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
		n += count_values(json_object_iter_value(it));
	for (size_t i = 0; i < json_array_size(value); i++)
		n += count_values(json_array_get(value, i));
	return n;
}

/* Values are copied wherever they come to stand twice, so they are counted first. */
static struct status charge(struct patching *p, const json_t *value)
{
	p->copied += count_values(value);
	if (p->copied > PATCH_MAX_COPIED)
		return FAIL(PATCH_TOO_LARGE);
	return OK;
}

/* ~1 is a slash, ~0 a tilde, any other tilde an error. */
static bool unescape(struct arena *arena, struct str token, const char **out)
{
	char *text = arena_alloc(arena, token.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < token.len; i++) {
		char c = token.ptr[i];

		if (c == '~') {
			char next = ++i < token.len ? token.ptr[i] : '\0';

			if (next != '0' && next != '1')
				return false;
			c = next == '0' ? '~' : '/';
		}
		text[n++] = c;
	}
	text[n] = '\0';
	*out = text;
	return true;
}

/* "-" is the end; otherwise digits without a leading zero. */
static bool parse_index(const char *token, size_t n, size_t *out)
{
	uint64_t index;

	if (strcmp(token, "-") == 0) {
		*out = n;
		return true;
	}
	if ((token[0] == '0' && token[1]) || !str_to_u64(str_of(token), &index))
		return false;
	*out = (size_t)index;
	return true;
}

static struct status step(json_t *parent, const char *token, struct place *out)
{
	*out = (struct place){.parent = parent, .key = token};
	if (json_is_object(parent))
		return OK;
	if (!json_is_array(parent) || !parse_index(token, json_array_size(parent), &out->index))
		return FAIL(PATCH_NO_TARGET);
	return OK;
}

static json_t *value_at(const struct patching *p, const struct place *place)
{
	if (!place->parent)
		return p->doc;
	if (json_is_object(place->parent))
		return json_object_get(place->parent, place->key);
	return json_array_get(place->parent, place->index);
}

static struct status resolve(struct patching *p, const char *pointer, struct place *out)
{
	struct str rest = str_of(pointer);
	struct place place = {};

	if (*pointer && *pointer != '/')
		return FAIL(PATCH_FORM);
	for (bool more = rest.len > 0; more;) {
		const char *token;

		rest.ptr++, rest.len--;
		const char *slash = memchr(rest.ptr, '/', rest.len);
		struct str raw = {rest.ptr, slash ? (size_t)(slash - rest.ptr) : rest.len};

		if (!unescape(p->arena, raw, &token))
			return FAIL(PATCH_FORM);
		TRY(step(value_at(p, &place), token, &place));
		more = slash != NULL;
		rest = (struct str){rest.ptr + raw.len, rest.len - raw.len};
	}
	*out = place;
	return OK;
}

/* Takes the reference to value, also when it fails. */
static struct status add_at(struct patching *p, const struct place *place, json_t *value)
{
	int failed;

	if (!place->parent) {
		json_decref(p->doc);
		p->doc = value;
		return OK;
	}
	if (json_is_object(place->parent))
		failed = json_object_set_new(place->parent, place->key, value);
	else
		failed = json_array_insert_new(place->parent, place->index, value);
	return failed ? FAIL(PATCH_NO_TARGET) : OK;
}

static struct status remove_at(struct patching *p, const struct place *place)
{
	if (!value_at(p, place))
		return FAIL(PATCH_NO_TARGET);
	if (!place->parent) {
		json_decref(p->doc);
		p->doc = NULL;
	} else if (json_is_object(place->parent)) {
		json_object_del(place->parent, place->key);
	} else {
		json_array_remove(place->parent, place->index);
	}
	return OK;
}

static struct status replace_at(struct patching *p, const struct place *place, json_t *value)
{
	struct status st = OK;

	if (!value_at(p, place))
		st = FAIL(PATCH_NO_TARGET);
	else if (json_is_array(place->parent))
		json_array_set(place->parent, place->index, value);
	else
		return add_at(p, place, value);
	json_decref(value);
	return st;
}

/* A pointer member of an operation; NULL when there is none or it holds NUL. */
static const char *pointer_of(const json_t *operation, const char *name)
{
	const json_t *member = json_object_get(operation, name);
	const char *text = json_string_value(member);

	return text && strlen(text) == json_string_length(member) ? text : NULL;
}

static struct status put_value(struct patching *p, const json_t *operation,
			       const struct place *place, bool replace)
{
	const json_t *value = json_object_get(operation, "value");

	if (!value)
		return FAIL(PATCH_FORM);
	TRY(charge(p, value));
	return replace ? replace_at(p, place, json_deep_copy(value))
		       : add_at(p, place, json_deep_copy(value));
}

static struct status run_test(struct patching *p, const json_t *operation,
			      const struct place *place)
{
	const json_t *expected = json_object_get(operation, "value"), *found = value_at(p, place);

	if (!expected)
		return FAIL(PATCH_FORM);
	if (!found)
		return FAIL(PATCH_NO_TARGET);
	TRY(charge(p, expected));
	if (!patch_equal(found, expected))
		return FAIL(PATCH_TEST_FAILED);
	return OK;
}

static bool is_inside(const char *from, const char *path)
{
	size_t n = strlen(from);

	return strncmp(from, path, n) == 0 && path[n] == '/';
}

/* The target is resolved again after the removal: indices may have moved. */
static struct status run_transfer(struct patching *p, const json_t *operation, const char *path,
				  bool move)
{
	const char *from = pointer_of(operation, "from");
	struct place source, target;
	json_t *value;

	if (!from || (move && is_inside(from, path)))
		return FAIL(PATCH_FORM);
	TRY(resolve(p, from, &source));
	value = value_at(p, &source);
	if (!value)
		return FAIL(PATCH_NO_TARGET);
	if (move && strcmp(from, path) == 0)
		return OK;
	if (!move)
		TRY(charge(p, value));
	value = move ? json_incref(value) : json_deep_copy(value);
	struct status st = move ? remove_at(p, &source) : OK;

	if (is_ok(st))
		st = resolve(p, path, &target);
	if (is_ok(st))
		return add_at(p, &target, value);
	json_decref(value);
	return st;
}

static struct status run_operation(struct patching *p, const json_t *operation)
{
	const char *op = pointer_of(operation, "op"), *path = pointer_of(operation, "path");
	struct place place;

	if (!op || !path)
		return FAIL(PATCH_FORM);
	if (strcmp(op, "move") == 0 || strcmp(op, "copy") == 0)
		return run_transfer(p, operation, path, op[0] == 'm');
	TRY(resolve(p, path, &place));
	if (strcmp(op, "add") == 0)
		return put_value(p, operation, &place, false);
	if (strcmp(op, "replace") == 0)
		return put_value(p, operation, &place, true);
	if (strcmp(op, "remove") == 0)
		return remove_at(p, &place);
	if (strcmp(op, "test") == 0)
		return run_test(p, operation, &place);
	return FAIL(PATCH_FORM);
}

struct status patch_apply(struct arena *arena, const json_t *doc, const json_t *patch, json_t **out,
			  size_t *failed_at)
{
	struct patching p = {.arena = arena, .doc = json_deep_copy(doc)};
	struct status st = OK;
	size_t n = json_array_size(patch);

	if (!json_is_array(patch))
		st = FAIL(PATCH_FORM);
	else if (n > PATCH_MAX_OPERATIONS)
		st = FAIL(PATCH_TOO_LARGE);
	for (size_t i = 0; i < n && is_ok(st); i++) {
		if (!p.doc) /* nothing is left; only a new document could follow */
			p.doc = json_null();
		st = run_operation(&p, json_array_get(patch, i));
		if (is_failed(st) && failed_at)
			*failed_at = i;
	}
	if (is_failed(st)) {
		json_decref(p.doc);
		return st;
	}
	*out = p.doc ? p.doc : json_null();
	return OK;
}
