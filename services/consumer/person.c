#include "consumer/person.h"

#include "consumer/keys.h"

static struct status check_name(struct rpc_call *call, const char *field, const char *name,
				bool is_wanted)
{
	if (is_wanted && !*name)
		return call_field_error(call, field, "REQUIRED",
					"is required: the program counts attempts by this member");
	if (!is_wanted && *name)
		return call_field_error(
			call, field, "NOT_USED",
			"must be absent: the program does not count attempts by this member");
	return OK;
}

struct status person_check(struct rpc_call *call, const Program__PublishedVersion *version,
			   const Consumer__Session *asked)
{
	struct status email =
		check_name(call, "email", asked->email,
			   version->attempts_by == PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_EMAIL);
	struct status reference =
		check_name(call, "reference", asked->reference,
			   version->attempts_by == PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_REFERENCE);

	return is_failed(email) ? email : reference;
}

/* Addresses differ in no letter's case; a reference is what the partner says, digit for digit. */
static struct str folded(struct arena *arena, const char *email)
{
	char *text = arena_strdup(arena, email);

	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return str_of(text);
}

/* By any key that the keyring still has: a rotation does not give attempts back. */
static struct status find(struct rpc_call *call, struct uuid program, const char *kind,
			  struct str name, struct q_person_row **row)
{
	struct str hash;

	*row = NULL;
	for (size_t n = 0; !*row && person_hash(call, program, kind, name, n, &hash); n++)
		TRY(q_person_by_key(call->tx, program, hash, row));
	return OK;
}

static struct status find_or_make(struct rpc_call *call, struct uuid program, const char *kind,
				  struct str name, struct q_person_row **row)
{
	struct str hash;

	TRY(find(call, program, kind, name, row));
	if (*row)
		return OK;
	if (!person_hash(call, program, kind, name, 0, &hash))
		return FAIL(KEYS_UNAVAILABLE);
	TRY(q_insert_person(call->tx, .id = uuid_v7(call->now), .program_id = program,
			    .key_hash = hash, .now = call->now));
	TRY(q_person_by_key(call->tx, program, hash, row));
	return *row ? OK : FAIL(PERSON_LOST);
}

struct status person_take(struct rpc_call *call, const Program__PublishedVersion *version,
			  const Consumer__Session *asked, const struct uuid **out)
{
	struct uuid program = pb_uuid(version->program_id);
	struct q_person_row *row;

	*out = NULL;
	if (version->attempts_by == PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_SESSION)
		return OK;
	if (version->attempts_by == PROGRAM__ATTEMPTS_BY__ATTEMPTS_BY_EMAIL)
		TRY(find_or_make(call, program, "email", folded(call->arena, asked->email), &row));
	else
		TRY(find_or_make(call, program, "reference", str_of(asked->reference), &row));
	*out = &row->id;
	return OK;
}
