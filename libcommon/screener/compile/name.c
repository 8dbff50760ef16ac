/* The one name space of items, derived values, scores and bands. */
#include "base/fnv1a.h"
#include "screener/compile/compiler.h"

static uint32_t *find_place(const struct compiler *c, struct str id)
{
	uint32_t i = fnv1a_32(id.ptr, id.len) & c->name_mask;

	while (c->name_index[i] && !str_eq(c->names[c->name_index[i] - 1].id, id))
		i = (i + 1) & c->name_mask;
	return &c->name_index[i];
}

const struct name_ref *name_find(const struct compiler *c, struct str id)
{
	uint32_t place = *find_place(c, id);

	return place ? &c->names[place - 1] : NULL;
}

bool name_add(struct compiler *c, const struct path *at, struct name_ref ref)
{
	uint32_t *place = find_place(c, ref.id);

	if (*place) {
		ERROR_AT(c, at, "DUPLICATE_ID", "The id \"%.*s\" is already taken.",
			 STR_ARG(ref.id));
		return false;
	}
	c->names[c->n_names++] = ref;
	*place = c->n_names;
	return true;
}
