/* Descriptions for callers, taken from the comments of a .proto file. */
#include <ctype.h>

#include "model.h"

/* Appends text up to the next note, skips the note, and so on. */
static void add_without_notes(struct strbuf *out, struct str text)
{
	while (text.len) {
		const char *open = memmem(text.ptr, text.len, "(--", 3);
		const char *close =
			open ? memmem(open, text.len - (size_t)(open - text.ptr), "--)", 3) : NULL;
		size_t n = open ? (size_t)(open - text.ptr) : text.len;

		strbuf_add(out, text.ptr, n);
		n = close ? (size_t)(close - text.ptr) + 3 : text.len;
		text = (struct str){text.ptr + n, text.len - n};
	}
}

static const char *folded(struct arena *arena, struct str text)
{
	struct strbuf out = strbuf_new(arena);

	for (size_t i = 0; i < text.len; i++) {
		if (!isspace((unsigned char)text.ptr[i]))
			strbuf_add_char(&out, text.ptr[i]);
		else if (out.len && out.ptr[out.len - 1] != ' ')
			strbuf_add_char(&out, ' ');
	}
	while (out.len && out.ptr[out.len - 1] == ' ')
		out.ptr[--out.len] = '\0';
	return out.len ? out.ptr : NULL;
}

static const char *description_of(struct arena *arena, const char *comment)
{
	struct strbuf kept = strbuf_new(arena);

	if (!comment)
		return NULL;
	add_without_notes(&kept, str_of(comment));
	return folded(arena, strbuf_str(&kept));
}

const char *comment_at(struct pg_model *model, const Google__Protobuf__FileDescriptorProto *file,
		       const int32_t *path, size_t n)
{
	const Google__Protobuf__SourceCodeInfo *info = file->source_code_info;

	for (size_t i = 0; info && i < info->n_location; i++) {
		const Google__Protobuf__SourceCodeInfo__Location *at = info->location[i];
		const char *text;

		if (at->n_path != n || memcmp(at->path, path, n * sizeof *path) != 0)
			continue;
		text = description_of(model->arena, at->leading_comments);
		return text ? text : description_of(model->arena, at->trailing_comments);
	}
	return NULL;
}
