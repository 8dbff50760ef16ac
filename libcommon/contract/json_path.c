/* From the names a handler uses to the names a client sent. */
#include "contract/json_path.h"

#include <protobuf-c/protobuf-c.h>
#include <string.h>

#include "pbjson/pb_info.h"

static const struct pb_field_info *find(const struct pb_info *info, struct str name)
{
	for (unsigned i = 0; i < info->descriptor->n_fields; i++)
		if (str_eq_c(name, info->descriptor->fields[i].name))
			return &info->fields[i];
	return NULL;
}

const char *contract_json_path(struct arena *arena, const struct pb_info *info, const char *path)
{
	struct strbuf out = strbuf_new(arena);
	struct str rest = str_of(path);

	while (info && rest.len) {
		size_t end = strcspn(rest.ptr, ".[");
		const struct pb_field_info *field = find(info, (struct str){rest.ptr, end});

		if (!field)
			break;
		strbuf_add_c(&out, field->json_name);
		rest.ptr += end;
		rest.len -= end;
		/* An index belongs to the name in front of it. */
		end = strcspn(rest.ptr, ".");
		strbuf_add(&out, rest.ptr, end);
		rest.ptr += end;
		rest.len -= end;
		if (rest.len) {
			strbuf_add_char(&out, '.');
			rest.ptr++;
			rest.len--;
		}
		info = field->message;
	}
	strbuf_add_str(&out, rest);
	strbuf_add(&out, "", 1);
	return out.ptr;
}
