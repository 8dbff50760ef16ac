#include "stage/session_facts.h"

#include <stdlib.h>

#include "base/fnv1a.h"

#define SLOTS 4096
#define KEPT  SECONDS(1)

struct fact {
	struct uuid session;
	uint64_t epoch;
	instant told_at;
	enum cache_session state;
};

struct session_facts {
	struct fact slots[SLOTS];
};

struct session_facts *session_facts_new(void)
{
	struct session_facts *facts = calloc(1, sizeof *facts);

	if (!facts)
		abort();
	return facts;
}

void session_facts_free(struct session_facts **facts)
{
	free(*facts);
	*facts = NULL;
}

static size_t slot_of(struct uuid session)
{
	return fnv1a_32(session.bytes, sizeof session.bytes) % SLOTS;
}

void session_facts_put(struct session_facts *facts, struct uuid session, enum cache_session state,
		       uint64_t epoch, instant now)
{
	facts->slots[slot_of(session)] = (struct fact){session, epoch, now, state};
}

bool session_facts_find(const struct session_facts *facts, struct uuid session, instant now,
			enum cache_session *state, uint64_t *epoch)
{
	const struct fact *fact = &facts->slots[slot_of(session)];

	if (fact->told_at == 0 || now - fact->told_at > KEPT || !uuid_eq(fact->session, session))
		return false;
	*state = fact->state;
	*epoch = fact->epoch;
	return true;
}
