#pragma once

/*
 * The topics of the event contract, as the generator writes them from the
 * (aegis.topic) option: which payload is which topic, and who gets it.  An event
 * without a payload has its action for a topic and goes to audit alone.
 */
struct event_topic {
	int payload_case;		/* of Event__Event */
	const char *name;		/* "user.registered"; NULL ends the table */
	const char *const *subscribers; /* NULL-terminated names of daemons */
};

extern const struct event_topic event_topics[];
