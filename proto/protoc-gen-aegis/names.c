/* Names of the contract as C and JSON write them, by protobuf-c's and protobuf's rules. */
#include <ctype.h>

#include "model.h"

char *camel_to_snake(struct arena *arena, const char *name)
{
	struct strbuf out = strbuf_new(arena);
	bool was_upper = true;

	for (; *name; name++) {
		bool upper = isupper((unsigned char)*name);

		if (upper && !was_upper)
			strbuf_add_char(&out, '_');
		strbuf_add_char(&out, (char)tolower((unsigned char)*name));
		was_upper = upper;
	}
	return out.ptr;
}

static char *to_camel(struct arena *arena, struct str name)
{
	struct strbuf out = strbuf_new(arena);
	bool next_upper = true;

	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '_') {
			next_upper = true;
			continue;
		}
		strbuf_add_char(&out, next_upper ? (char)toupper((unsigned char)name.ptr[i])
						 : name.ptr[i]);
		next_upper = false;
	}
	return out.ptr;
}

char *c_name(struct arena *arena, const char *package, const char *local, bool lower)
{
	struct str rest = str_of(arena_printf(arena, "%s.%s", package, local));
	struct strbuf out = strbuf_new(arena);

	while (rest.len) {
		struct str piece = str_take_until(&rest, '.');

		if (out.len)
			strbuf_add_c(&out, "__");
		strbuf_add_c(&out, lower ? camel_to_snake(arena, str_dup(arena, piece))
					 : to_camel(arena, piece));
	}
	return out.ptr;
}

char *json_name_of(struct arena *arena, const char *name)
{
	char *camel = to_camel(arena, str_of(name));

	camel[0] = (char)tolower((unsigned char)camel[0]);
	return camel;
}
