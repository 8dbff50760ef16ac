#include "compliance/change_list.h"

#include "base/arena.h"

/* Columns by which a person or firm is found among one's own: a change of these is urgent. */
#define IDENTIFYING                                                                                \
	(1u << LEIE_LASTNAME | 1u << LEIE_FIRSTNAME | 1u << LEIE_MIDNAME | 1u << LEIE_BUSNAME |    \
	 1u << LEIE_UPIN | 1u << LEIE_NPI | 1u << LEIE_DOB | 1u << LEIE_EXCLDATE)

struct change_list change_list_new(struct arena *arena, size_t n)
{
	return (struct change_list){.types = arena_array_of(arena, const char *, n + 1),
				    .priorities = arena_array_of(arena, const char *, n + 1),
				    .titles = arena_array_of(arena, const char *, n + 1),
				    .states = arena_array_of(arena, const char *, n + 1),
				    .states_before = arena_array_of(arena, const char *, n + 1),
				    .effective = arena_array_of(arena, const char *, n + 1),
				    .columns = arena_array_of(arena, const char *, n + 1)};
}

/* "Exclusion added: POE, PETER (NV)" */
static const char *title_of(struct arena *arena, const char *what, const struct leie_row *row)
{
	const char *state = leie_state(arena, row);

	return arena_printf(arena, "%s: %s%s%s%s", what, leie_who(arena, row), *state ? " (" : "",
			    state, *state ? ")" : "");
}

static size_t append(struct arena *arena, struct change_list *list, const struct leie_row *row)
{
	size_t i = list->n++;

	list->states[i] = list->states_before[i] = leie_state(arena, row);
	list->effective[i] = leie_effective_on(arena, row);
	list->columns[i] = leie_columns_json(arena, row);
	return i;
}

static void call_it(struct change_list *list, size_t i, const char *type, const char *priority,
		    const char *title)
{
	list->types[i] = type;
	list->priorities[i] = priority;
	list->titles[i] = title;
}

void change_added(struct arena *arena, struct change_list *list, const struct leie_row *row)
{
	size_t i = append(arena, list, row);

	if (leie_is_reinstated(row))
		call_it(list, i, "exclusion.reinstated", "normal",
			title_of(arena, "Reinstated", row));
	else
		call_it(list, i, "exclusion.added", "high",
			title_of(arena, "Exclusion added", row));
}

void change_removed(struct arena *arena, struct change_list *list, const struct leie_row *row)
{
	size_t i = append(arena, list, row);

	/* Since when nobody says. */
	list->effective[i] = "";
	call_it(list, i, "exclusion.removed", "normal", title_of(arena, "No longer listed", row));
}

/* The new columns, and "changes": [{"field", "before", "after"}]; *names lists the fields. */
static const char *with_changes(struct arena *arena, const struct leie_row *old,
				const struct leie_row *new, uint32_t *changed, const char **names)
{
	struct strbuf json = strbuf_new(arena), list = strbuf_new(arena);
	const char *columns = leie_columns_json(arena, new);

	strbuf_add(&json, columns, strlen(columns) - 1);
	strbuf_add_c(&json, ",\"changes\":[");
	*changed = 0;
	for (size_t i = 0; i < LEIE_COLUMNS; i++) {
		if (str_eq(old->field[i], new->field[i]))
			continue;
		strbuf_printf(&json, "%s{\"field\":\"%s\",\"before\":", *changed ? "," : "",
			      leie_names[i]);
		strbuf_add_json(&json, old->field[i]);
		strbuf_add_c(&json, ",\"after\":");
		strbuf_add_json(&json, new->field[i]);
		strbuf_add_char(&json, '}');
		strbuf_printf(&list, "%s%s", *changed ? ", " : "", leie_names[i]);
		*changed |= 1u << i;
	}
	strbuf_add_c(&json, "]}");
	*names = list.len ? list.ptr : "";
	return json.ptr;
}

void change_modified(struct arena *arena, struct change_list *list, const struct leie_row *old,
		     const struct leie_row *new)
{
	bool was = leie_is_reinstated(old), is = leie_is_reinstated(new);
	size_t i = append(arena, list, new);
	const char *names;
	uint32_t changed;

	list->states_before[i] = leie_state(arena, old);
	list->columns[i] = with_changes(arena, old, new, &changed, &names);
	if (is && !was)
		call_it(list, i, "exclusion.reinstated", "normal",
			title_of(arena, "Reinstated", new));
	else
		/* Who was reinstated and is so no more is excluded again. */
		call_it(list, i, "exclusion.changed",
			changed & IDENTIFYING || was != is ? "high" : "normal",
			arena_printf(arena, "%s: %s", title_of(arena, "Exclusion changed", new),
				     names));
}

void change_news(struct change_list *list, const char *type, const char *priority,
		 const char *title, const char *metadata)
{
	size_t i = list->n++;

	list->states[i] = list->states_before[i] = list->effective[i] = "";
	list->columns[i] = metadata;
	call_it(list, i, type, priority, title);
}

struct status change_list_write(struct rpc_call *call, struct uuid source, struct uuid poll,
				const struct change_list *list)
{
	if (list->n == 0)
		return OK;
	return q_insert_changes(call->tx, .source_id = source, .poll_id = poll,
				.types = TEXT_LIST(list->types, list->n),
				.priorities = TEXT_LIST(list->priorities, list->n),
				.titles = TEXT_LIST(list->titles, list->n),
				.states = TEXT_LIST(list->states, list->n),
				.states_before = TEXT_LIST(list->states_before, list->n),
				.effective = TEXT_LIST(list->effective, list->n),
				.columns = TEXT_LIST(list->columns, list->n), .now = call->now);
}
