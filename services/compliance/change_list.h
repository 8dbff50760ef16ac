#pragma once

/*
 * Changes of a source on their way into compliance.source_change: each says what
 * kind it is, how urgent, what it is called, and what changed in it.
 */
#include "compliance/compliance.h"
#include "compliance/leie.h"

#define TEXT_LIST(array, count) ((struct text_list){(array), (count)})

/* Parallel lists, for one statement. */
struct change_list {
	const char **types;
	const char **priorities;
	const char **titles;
	const char **states;
	const char **states_before;
	const char **effective;
	const char **columns;
	size_t n;
};

/* Room for n changes. */
struct change_list change_list_new(struct arena *arena, size_t n);

/* exclusion.added, or exclusion.reinstated for a row with a reinstatement date. */
void change_added(struct arena *arena, struct change_list *list, const struct leie_row *row);
void change_removed(struct arena *arena, struct change_list *list, const struct leie_row *row);
/* exclusion.reinstated when the date of it is new, else exclusion.changed; with before and after.
 */
void change_modified(struct arena *arena, struct change_list *list, const struct leie_row *old,
		     const struct leie_row *new);
/* Something about the source itself ("source.quarantined"): metadata is a JSON object. */
void change_news(struct change_list *list, const char *type, const char *priority,
		 const char *title, const char *metadata);

/* Writes them as what one poll found, in order. */
struct status change_list_write(struct rpc_call *call, struct uuid source, struct uuid poll,
				const struct change_list *list);
