#pragma once

/*
 * What may be said in events, and by whom, as the generator writes it from the
 * contract.  A subscriber believes a payload and an action only from their
 * publishers.
 *
 * A topic is a payload with an (aegis.topic) option.  An event without a payload
 * has its action for a topic and goes to audit alone.
 */
#include <stdbool.h>
#include <stddef.h>

struct event_topic {
	int payload_case;		/* of Event__Event */
	const char *name;		/* "user.registered"; NULL ends the table */
	const char *const *subscribers; /* NULL-terminated names of daemons */
	const char *const *publishers;	/* likewise */
};

extern const struct event_topic event_topics[];

/*
 * A row for each publisher of an audited action: the daemon whose rpc has it as
 * audit_action, and those of proto/manifest/actions.txt.  A program that links
 * its own table (the tests' daemon) has that one instead of the product's.
 */
struct event_action {
	const char *name; /* "program.created"; NULL ends the table */
	const char *publisher;
	bool by_session; /* of an rpc for session tokens, which its daemon alone can check */
	/* Daemons that may call the rpc and pass a principal on; NULL-terminated, or NULL. */
	const char *const *callers;
};

extern const struct event_action event_actions[];
