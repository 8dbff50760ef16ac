/* The types of settings: how each is read from text and written back. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cfg/internal.h"

void *cfg_slot(const struct cfg_group *group, const struct cfg_setting *setting)
{
	return (char *)group->target + setting->offset;
}

bool cfg_was_set(const struct cfg_reader *reader, const struct cfg_setting *setting)
{
	for (size_t i = 0; i < reader->n_seen; i++)
		if (reader->seen[i] == setting)
			return true;
	return false;
}

static void mark_set(struct cfg_reader *reader, const struct cfg_setting *setting)
{
	if (setting->fallback || cfg_was_set(reader, setting))
		return;
	if (reader->n_seen == CFG_SEEN_MAX)
		abort();
	reader->seen[reader->n_seen++] = setting;
}

static bool parse_size(struct str value, int64_t *out)
{
	int64_t unit = 1, n;

	if (value.len > 1) {
		switch (value.ptr[value.len - 1]) {
		case 'k': unit = INT64_C(1) << 10; break;
		case 'm': unit = INT64_C(1) << 20; break;
		case 'g': unit = INT64_C(1) << 30; break;
		default: break;
		}
		if (unit > 1)
			value.len--;
	}
	return str_to_i64(value, &n) && !__builtin_mul_overflow(n, unit, out);
}

static bool parse_flag(struct str value, bool *out)
{
	static const char *const yes[] = {"true", "yes", "on", "1"};
	static const char *const no[] = {"false", "no", "off", "0"};

	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		if (str_eq_c(value, yes[i]) || str_eq_c(value, no[i])) {
			*out = str_eq_c(value, yes[i]);
			return true;
		}
	}
	return false;
}

/* "debug|info: what it does" has the words debug and info. */
static bool is_choice(const struct cfg_setting *setting, struct str value)
{
	struct str rest = str_of(setting->help);
	struct str words = str_take_until(&rest, ':');

	while (words.len > 0)
		if (str_eq(str_trim(str_take_until(&words, '|')), value))
			return true;
	return false;
}

static void set_text(struct cfg_reader *reader, const struct cfg_setting *setting, void *slot,
		     struct str value, const char *source)
{
	if ((int64_t)value.len < setting->lo || (int64_t)value.len > setting->hi) {
		cfg_complain(reader, setting->key, source, "must have %lld to %lld characters",
			     (long long)setting->lo, (long long)setting->hi);
		return;
	}
	*(const char **)slot = str_dup(reader->arena, value);
}

static void set_number(struct cfg_reader *reader, const struct cfg_setting *setting, void *slot,
		       struct str value, const char *source)
{
	int64_t n;
	bool parsed = setting->type == CFG_SIZE ? parse_size(value, &n) : str_to_i64(value, &n);

	if (!parsed || n < setting->lo || n > setting->hi) {
		cfg_complain(reader, setting->key, source,
			     "\"" STR_FMT "\" must be a whole number from %lld to %lld%s",
			     STR_ARG(value), (long long)setting->lo, (long long)setting->hi,
			     setting->type == CFG_SIZE ? " (suffixes k, m, g)" : "");
		return;
	}
	*(int64_t *)slot = n;
}

void cfg_set(struct cfg_reader *reader, const struct cfg_group *group,
	     const struct cfg_setting *setting, struct str value, const char *source)
{
	void *slot = cfg_slot(group, setting);

	/* A wrong value is complained about as such, not also as missing. */
	mark_set(reader, setting);
	switch (setting->type) {
	case CFG_TEXT:
	case CFG_SECRET: set_text(reader, setting, slot, value, source); break;
	case CFG_NUMBER:
	case CFG_SIZE: set_number(reader, setting, slot, value, source); break;
	case CFG_FLAG:
		if (!parse_flag(value, slot))
			cfg_complain(reader, setting->key, source, "must be true or false");
		break;
	case CFG_CHOICE:
		if (is_choice(setting, value))
			*(const char **)slot = str_dup(reader->arena, value);
		else
			cfg_complain(reader, setting->key, source, "must be one of %s",
				     setting->help);
		break;
	case CFG_MAP: abort();
	}
}

void cfg_map_set(struct cfg_reader *reader, const struct cfg_group *group,
		 const struct cfg_setting *setting, struct str word, struct str value)
{
	struct cfg_map *map = cfg_slot(group, setting);

	for (size_t i = 0; i < map->n; i++) {
		if (str_eq_c(word, map->items[i].key)) {
			map->items[i].value = str_dup(reader->arena, value);
			return;
		}
	}
	map->items = arena_grow(reader->arena, map->items, map->n * sizeof map->items[0],
				(map->n + 1) * sizeof map->items[0]);
	map->items[map->n++] = (struct cfg_pair){.key = str_dup(reader->arena, word),
						 .value = str_dup(reader->arena, value)};
}

void cfg_clear(const struct cfg_group *group, const struct cfg_setting *setting)
{
	void *slot = cfg_slot(group, setting);

	switch (setting->type) {
	case CFG_TEXT:
	case CFG_SECRET:
	case CFG_CHOICE: *(const char **)slot = NULL; break;
	case CFG_NUMBER:
	case CFG_SIZE: *(int64_t *)slot = 0; break;
	case CFG_FLAG: *(bool *)slot = false; break;
	case CFG_MAP: *(struct cfg_map *)slot = (struct cfg_map){}; break;
	}
}

static void print_value(const struct cfg_group *group, const struct cfg_setting *setting,
			struct strbuf *out)
{
	const void *slot = cfg_slot(group, setting);
	const struct cfg_map *map = slot;
	const char *text;

	switch (setting->type) {
	case CFG_TEXT:
	case CFG_CHOICE:
		text = *(const char *const *)slot;
		strbuf_printf(out, "%s = %s\n", setting->key, text ? text : "");
		break;
	case CFG_SECRET:
		text = *(const char *const *)slot;
		strbuf_printf(out, "%s = %s\n", setting->key, text && *text ? "(set)" : "(empty)");
		break;
	case CFG_NUMBER:
	case CFG_SIZE:
		strbuf_printf(out, "%s = %lld\n", setting->key, (long long)*(const int64_t *)slot);
		break;
	case CFG_FLAG:
		strbuf_printf(out, "%s = %s\n", setting->key,
			      *(const bool *)slot ? "true" : "false");
		break;
	case CFG_MAP:
		for (size_t i = 0; i < map->n; i++)
			strbuf_printf(out, "%s_%s = %s\n", setting->key, map->items[i].key,
				      map->items[i].value);
		break;
	}
}

void cfg_print(const struct cfg_spec *spec, struct strbuf *out)
{
	for (size_t g = 0; g < spec->n_groups; g++)
		for (size_t i = 0; i < spec->groups[g].n; i++)
			print_value(&spec->groups[g], &spec->groups[g].settings[i], out);
}
