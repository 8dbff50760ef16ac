#include "cfg/cfg.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cfg/internal.h"

extern char **environ;

#define VALUE_FILE_MAX ((size_t)64 * 1024)

const char *cfg_map_get(const struct cfg_map *map, const char *key)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->items[i].key, key) == 0)
			return map->items[i].value;
	return NULL;
}

void cfg_complain(struct cfg_reader *reader, const char *key, const char *source, const char *fmt,
		  ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_printf(reader->errors, "%s (%s): %s\n", key, source,
		      arena_vprintf(reader->arena, fmt, ap));
	va_end(ap);
	reader->n_errors++;
}

/* Is "peer_auth" a member of the map "peer"?  *word is "auth" then. */
static bool is_map_key(const struct cfg_setting *setting, struct str key, struct str *word)
{
	size_t len = strlen(setting->key);

	if (setting->type != CFG_MAP || key.len <= len + 1 || key.ptr[len] != '_' ||
	    memcmp(key.ptr, setting->key, len) != 0)
		return false;
	*word = (struct str){key.ptr + len + 1, key.len - len - 1};
	return true;
}

/* Hands one value to the setting of that key; false when there is none. */
static bool take_value(struct cfg_reader *reader, struct str key, struct str value,
		       const char *source)
{
	struct str word = {};

	for (size_t g = 0; g < reader->spec->n_groups; g++) {
		const struct cfg_group *group = &reader->spec->groups[g];

		for (size_t i = 0; i < group->n; i++) {
			const struct cfg_setting *setting = &group->settings[i];

			if (str_eq_c(key, setting->key) && setting->type != CFG_MAP)
				cfg_set(reader, group, setting, value, source);
			else if (is_map_key(setting, key, &word))
				cfg_map_set(reader, group, setting, word, value);
			else
				continue;
			return true;
		}
	}
	return false;
}

static void take_defaults(struct cfg_reader *reader)
{
	for (size_t g = 0; g < reader->spec->n_groups; g++) {
		const struct cfg_group *group = &reader->spec->groups[g];

		for (size_t i = 0; i < group->n; i++) {
			const struct cfg_setting *setting = &group->settings[i];

			if (setting->type == CFG_MAP)
				*(struct cfg_map *)cfg_slot(group, setting) = (struct cfg_map){};
			else if (setting->fallback)
				cfg_set(reader, group, setting, str_of(setting->fallback),
					"default");
			else
				cfg_clear(group, setting);
		}
	}
}

/* The whole file, at most VALUE_FILE_MAX bytes; false when it cannot be read. */
static bool read_whole(struct arena *arena, const char *path, struct str *out)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t n;
	bool whole;

	if (!file)
		return false;
	text = arena_alloc(arena, VALUE_FILE_MAX + 1);
	n = fread(text, 1, VALUE_FILE_MAX + 1, file);
	whole = !ferror(file) && n <= VALUE_FILE_MAX;
	if (!whole)
		errno = n > VALUE_FILE_MAX ? EFBIG : EIO;
	fclose(file);
	if (whole)
		*out = (struct str){text, n};
	return whole;
}

static void take_line(struct cfg_reader *reader, struct str line, const char *source)
{
	struct str key, value = str_trim(line);

	if (value.len == 0 || value.ptr[0] == '#')
		return;
	if (!memchr(value.ptr, '=', value.len)) {
		cfg_complain(reader, "line", source, "is not `key = value`");
		return;
	}
	key = str_trim(str_take_until(&value, '='));
	value = str_trim(value);
	if (!take_value(reader, key, value, source))
		cfg_complain(reader, str_dup(reader->arena, key), source,
			     "no setting has this name");
}

static void take_file(struct cfg_reader *reader, const char *path)
{
	struct str text;
	int number = 0;

	if (!read_whole(reader->arena, path, &text)) {
		cfg_complain(reader, "file", path, "cannot be read: %s", strerror(errno));
		return;
	}
	while (text.len > 0) {
		struct str line = str_take_until(&text, '\n');
		const char *source = arena_printf(reader->arena, "%s:%d", path, ++number);

		take_line(reader, line, source);
	}
}

static struct str lower_case(struct arena *arena, struct str s)
{
	char *copy = arena_strndup(arena, s.ptr, s.len);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return (struct str){copy, s.len};
}

/* AEGIS_X_KEY_FILE names a file unless a setting is itself called key_file. */
static void take_variable(struct cfg_reader *reader, struct str name, struct str value)
{
	struct str key = lower_case(reader->arena, name);
	const char *source = "environment";
	struct str text;

	if (take_value(reader, key, value, source))
		return;
	if (!str_has_suffix(key, "_file")) {
		cfg_complain(reader, key.ptr, source, "no setting has this name");
		return;
	}
	key.len -= strlen("_file");
	if (!read_whole(reader->arena, str_dup(reader->arena, value), &text)) {
		cfg_complain(reader, str_dup(reader->arena, key), source,
			     "its file cannot be read: %s", strerror(errno));
		return;
	}
	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (!take_value(reader, key, text, "file named by the environment"))
		cfg_complain(reader, str_dup(reader->arena, key), source,
			     "no setting has this name");
}

static char *variable_prefix(struct arena *arena, const char *daemon)
{
	char *prefix = arena_printf(arena, "AEGIS_%s_", daemon);

	for (char *p = prefix; *p; p++)
		*p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	return prefix;
}

static void take_environment(struct cfg_reader *reader)
{
	const char *prefix = variable_prefix(reader->arena, reader->spec->daemon);

	for (char **variable = environ; *variable; variable++) {
		struct str value = str_of(*variable), name;

		if (!str_has_prefix(value, prefix))
			continue;
		name = str_take_until(&value, '=');
		name.ptr += strlen(prefix);
		name.len -= strlen(prefix);
		take_variable(reader, name, value);
	}
}

static void find_missing(struct cfg_reader *reader)
{
	for (size_t g = 0; g < reader->spec->n_groups; g++) {
		const struct cfg_group *group = &reader->spec->groups[g];

		for (size_t i = 0; i < group->n; i++) {
			const struct cfg_setting *setting = &group->settings[i];

			if (setting->type != CFG_MAP && !setting->fallback &&
			    !cfg_was_set(reader, setting))
				cfg_complain(reader, setting->key, "missing", "must be given: %s",
					     setting->help);
		}
	}
}

struct status cfg_load(struct arena *arena, const struct cfg_spec *spec, const char *file,
		       struct strbuf *errors)
{
	struct cfg_reader reader = {.arena = arena, .spec = spec, .errors = errors};

	take_defaults(&reader);
	if (file)
		take_file(&reader, file);
	take_environment(&reader);
	find_missing(&reader);
	return reader.n_errors > 0 ? FAIL(BAD_CONFIG) : OK;
}
