/*
 * The actions of the tests' own daemon, instead of the product's: what the generator
 * makes of the contract of all daemons knows nothing of sample.
 */
#include "contract/topic.h"

const struct event_action event_actions[] = {
	{.name = "note.put", .publisher = "sample"},
	{.name = "tenant.status_told", .publisher = "tenant"},
	{},
};
