#include "manifest.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"

#define COLUMNS_MAX 4

struct list_format {
	const char *file;
	unsigned columns;
	unsigned more; /* columns that may be left out */
	bool upper;    /* names are UPPER_SNAKE */
};

bool manifest_word(struct str *text, struct str *word)
{
	static const char blank[] = " ,\t";

	while (text->len && strchr(blank, text->ptr[0]))
		*text = (struct str){text->ptr + 1, text->len - 1};
	*word = (struct str){text->ptr, 0};
	while (text->len && !strchr(blank, text->ptr[0])) {
		word->len++;
		*text = (struct str){text->ptr + 1, text->len - 1};
	}
	return word->len > 0;
}

static bool is_name(const char *name, bool upper)
{
	if (!*name)
		return false;
	for (; *name; name++) {
		bool letter = upper ? isupper((unsigned char)*name) : islower((unsigned char)*name);

		if (!letter && !isdigit((unsigned char)*name) && *name != '_' &&
		    (upper || !strchr(":.-", *name)))
			return false;
	}
	return true;
}

static void add_line(struct pg_model *model, struct manifest_list *list,
		     const struct list_format *format, struct str text, unsigned number)
{
	const char *column[COLUMNS_MAX] = {"", "", "", ""};
	struct manifest_line *line;
	unsigned n = 0;

	while (text.len && n < COLUMNS_MAX)
		column[n++] = str_dup(model->arena, str_trim(str_take_until(&text, '|')));
	if (n < format->columns || n > format->columns + format->more || text.len ||
	    !*column[n - 1])
		model_fail(model, "%s:%u: a line has %u columns parted by '|'", format->file,
			   number, format->columns);
	if (!is_name(column[0], format->upper))
		model_fail(model, "%s:%u: '%s' is not a name", format->file, number, column[0]);
	if (manifest_find(list, column[0]))
		model_fail(model, "%s:%u: '%s' is listed twice", format->file, number, column[0]);
	list->lines = arena_grow(model->arena, list->lines, list->n * sizeof *line,
				 (list->n + 1) * sizeof *line);
	line = &list->lines[list->n++];
	*line = (struct manifest_line){
		.name = column[0], .second = column[1], .third = column[2], .fourth = column[3]};
	for (; line > list->lines && strcmp(line[-1].name, line->name) > 0; line--) {
		struct manifest_line swap = *line;

		*line = line[-1];
		line[-1] = swap;
	}
}

static struct manifest_list read_list(struct pg_model *model, const char *folder,
				      const struct list_format *format)
{
	struct manifest_list list = {.file = format->file,
				     .has_fourth = format->columns + format->more == COLUMNS_MAX};
	const char *path = arena_printf(model->arena, "%s/%s", folder, format->file);
	FILE *in = fopen(path, "r");
	unsigned number = 0;
	char *buf = NULL;
	size_t cap = 0;

	if (!in) {
		model_fail(model, "%s: %s", path, strerror(errno));
		return list;
	}
	while (getline(&buf, &cap, in) >= 0) {
		struct str text = str_of(buf), line = str_trim(str_take_until(&text, '#'));

		number++;
		if (line.len)
			add_line(model, &list, format, line, number);
	}
	free(buf);
	fclose(in);
	return list;
}

struct manifest_line *manifest_find(const struct manifest_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->lines[i].name, name) == 0)
			return &list->lines[i];
	return NULL;
}

static void check_values(struct pg_model *model, const struct manifest *manifest)
{
	static const char *const classes[] = {"tenant", "reference", "platform", "global"};

	for (size_t i = 0; i < manifest->reasons.n; i++) {
		const struct manifest_line *line = &manifest->reasons.lines[i];

		if (status_code_parse(line->second) == STATUS_UNKNOWN &&
		    strcmp(line->second, "UNKNOWN") != 0)
			model_fail(model, "reasons.txt: %s: '%s' is no status code", line->name,
				   line->second);
	}
	for (size_t i = 0; i < manifest->tables.n; i++) {
		const struct manifest_line *line = &manifest->tables.lines[i];
		bool known = false;

		for (size_t k = 0; k < 4; k++)
			known |= strcmp(classes[k], line->second) == 0;
		if (!known || !strchr(line->name, '.'))
			model_fail(model,
				   "tables.txt: %s: write schema.table and one of tenant, "
				   "reference, platform, global",
				   line->name);
		if (strcmp(line->second, "global") == 0 && strncmp(line->name, "auth.", 5) != 0)
			model_fail(model, "tables.txt: %s: only auth has global tables",
				   line->name);
	}
}

struct manifest *manifest_read(struct pg_model *model, const char *folder)
{
	struct manifest *manifest = arena_new_of(model->arena, struct manifest);

	manifest->permissions =
		read_list(model, folder, &(struct list_format){"permissions.txt", 3, 0, false});
	manifest->scopes =
		read_list(model, folder, &(struct list_format){"scopes.txt", 2, 0, false});
	manifest->reasons =
		read_list(model, folder, &(struct list_format){"reasons.txt", 3, 1, true});
	manifest->topics =
		read_list(model, folder, &(struct list_format){"topics.txt", 4, 0, false});
	manifest->actions =
		read_list(model, folder, &(struct list_format){"actions.txt", 2, 0, false});
	manifest->tables =
		read_list(model, folder, &(struct list_format){"tables.txt", 2, 0, false});
	if (!model->error)
		check_values(model, manifest);
	return manifest;
}
