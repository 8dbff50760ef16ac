/* A tenant's story as a table: calls with <values> in them, and what to keep of each answer. */
#include "world.h"

#include <string.h>
#include <time.h>

#include "base/encoding.h"
#include "base/uuid.h"
#include "crypto/random.h"
#include "ctl/user.h"
#include "prove.h"

#define WAIT SECONDS(30)

struct step {
	const char *token; /* the value that is the caller's token; NULL: nobody */
	const char *method, *path, *body;
	int status;
	const char *keep; /* "name=path in the answer;…" */
	/*
	 * WAITS: asked again until the answer has what is to be kept (an event on its
	 * way).  MAY_LACK: what is not there is made up: only the platform's
	 * administrators make it.
	 */
	enum { AT_ONCE, WAITS, MAY_LACK } how;
};

#define SCREENER                                                                                   \
	"{\"format\":\"screener/1\",\"slug\":\"isolation-proof\",\"purpose\":\"patient-"           \
	"assistance\",\"locales\":[\"en-US\"],\"items\":[{\"id\":\"adult\",\"type\":\"boolean\","  \
	"\"required\":true,\"safety\":true},{\"id\":\"remark\",\"type\":\"text\",\"sensitivity\":" \
	"\"phi\"}],\"outcomes\":[{\"id\":\"refused\",\"severity\":2},{\"id\":\"eligible\","        \
	"\"severity\":1,\"issue_code\":{\"class\":\"retail\",\"ttl\":\"P1D\"}}],\"hit_policy\":"   \
	"\"most_severe\",\"rules\":[{\"id\":\"R1\",\"if\":{\"!\":{\"var\":\"adult\"}},\"then\":"   \
	"\"refused\",\"reason\":\"age\"},{\"id\":\"R2\",\"else\":true,\"then\":\"eligible\","      \
	"\"reason\":\"fits\"}],\"on_unknown\":\"refused\",\"i18n\":{\"en-US\":{\"title\":"         \
	"\"Title <canary>\",\"item.adult.text\":\"Are you an adult?\",\"item.remark.text\":"       \
	"\"Anything else?\",\"outcome.refused.title\":\"No\",\"outcome.eligible.title\":\"Yes\","  \
	"\"reason.age\":\"Adults only.\",\"reason.fits\":\"It fits.\"}},\"tests\":[{\"name\":"     \
	"\"adult\",\"as_of\":\"2026-03-01\",\"answers\":{\"adult\":true},\"outcome\":"             \
	"\"eligible\",\"fired\":[\"R2\"]},{\"name\":\"minor\",\"as_of\":\"2026-03-01\","           \
	"\"answers\":{\"adult\":false},\"outcome\":\"refused\",\"fired\":[\"R1\"]}]}"

static const struct step sign_up = {
	NULL,
	"POST",
	"/api/auth/register",
	"{\"email\":\"owner-<canary>@isolation.invalid\",\"password\":\"<password>\",\"name\":"
	"\"Owner <canary>\",\"organizationName\":\"Isolation proof <canary>\"}",
	201,
	"owner=accessToken;refresh=refreshToken;tenant=organization.id"};

static const struct step story[] = {
	/* The next token says that the address is confirmed. */
	{NULL, "POST", "/api/auth/refresh", "{\"refreshToken\":\"<refresh>\"}", 200,
	 "owner=accessToken;refresh=refreshToken"},
	{"owner", "GET", "/api/auth/me", NULL, 200, "user=user.id"},
	{"owner", "GET", "/api/auth/sessions", NULL, 200, "login=sessions.0.id"},
	{"owner", "PUT", "/api/settings",
	 "{\"alertEmails\":[\"alerts-<canary>@isolation.invalid\"]}", 200},
	{"owner", "POST", "/api/programs",
	 "{\"name\":\"Program <canary>\",\"drug\":\"Drug <canary>\","
	 "\"codeBudget\":5,\"attemptsBy\":\"reference\"}",
	 201, "program=id;public=publicId"},
	{"owner", "POST", "/api/programs/<program>/screeners", "{\"document\":" SCREENER "}", 201,
	 "screener=version"},
	{"owner", "POST", "/api/programs/<program>/screeners/<screener>:publish", "{}", 200},
	{"owner", "POST", "/api/programs/<program>:activate", "{}", 200},
	{"owner", "POST", "/api/reference-tables",
	 "{\"document\":\"{\\\"format\\\":\\\"reference-table/"
	 "1\\\",\\\"name\\\":\\\"isolation_proof\\\",\\\"title\\\":\\\"Table "
	 "<canary>\\\",\\\"source\\\":\\\"aegisctl\\\",\\\"keys\\\":[{\\\"name\\\":\\\"k\\\","
	 "\\\"type\\\":\\\"text\\\"}],\\\"columns\\\":[{\\\"name\\\":\\\"v\\\",\\\"type\\\":"
	 "\\\"integer\\\"}],\\\"rows\\\":[{\\\"from\\\":\\\"2026-01-01\\\",\\\"until\\\":\\\"2027-"
	 "01-01\\\",\\\"key\\\":[\\\"a\\\"],\\\"values\\\":[1]}]}\"}",
	 201, "table=sha256"},
	{NULL, "POST", "/api/screening-sessions",
	 "{\"programId\":\"<public>\",\"reference\":\"Reference <canary>\"}", 201,
	 "session=session.id;session_token=sessionToken"},
	{"session_token", "PUT", "/api/screening-sessions/<session>/answers",
	 "{\"answers\":{\"adult\":true,\"remark\":\"Remark <canary>\"}}", 200},
	{"session_token", "POST", "/api/screening-sessions/<session>/complete", "{}", 200},
	{"session_token", "POST", "/api/screening-sessions/<session>/verification-code",
	 "{\"email\":\"patient-<canary>@isolation.invalid\"}", 201, "code_text=code"},
	{NULL, "POST", "/api/screening-sessions",
	 "{\"programId\":\"<public>\",\"reference\":\"Reference <canary>\"}", 201,
	 "other_session=session.id;other_session_token=sessionToken"},
	{"owner", "POST", "/api/partners", "{\"name\":\"Partner <canary>\",\"kind\":\"pharmacy\"}",
	 201, "partner=id"},
	{"owner", "POST", "/api/partners/<partner>/api-keys",
	 "{\"name\":\"Key <canary>\",\"scopes\":[\"codes:verify\",\"codes:redeem\"]}", 201,
	 "key_secret=secret"},
	{"owner", "POST", "/api/programs/<program>/screeners", "{\"document\":" SCREENER "}", 201},
	{"other_session_token", "PUT", "/api/screening-sessions/<other_session>/answers",
	 "{\"answers\":{\"adult\":true}}", 200},
	{"other_session_token", "POST", "/api/screening-sessions/<other_session>/complete", "{}",
	 200},
	{"other_session_token", "POST", "/api/screening-sessions/<other_session>/verification-code",
	 "{\"email\":\"other-<canary>@isolation.invalid\"}", 201, "other_code=code"},
	{"owner", "GET", "/api/verification-codes", NULL, 200, "code=codes.0.id"},
	{"key_secret", "POST", "/api/verification-codes/redeem",
	 "{\"code\":\"<other_code>\",\"terminalId\":\"till\",\"transactionId\":\"<canary>\"}", 200},
	{"key_secret", "POST", "/api/verification-codes/validate", "{\"code\":\"0000-0000-0000\"}",
	 400},
	{"owner", "GET", "/api/partners/<partner>/api-keys", NULL, 200, "partner_key=keys.0.id"},
	/* The one that asks to confirm the address. */
	{"owner", "GET", "/api/notifications", NULL, 200, "notification=notifications.0.id", WAITS},
	{"owner", "GET", "/api/compliance/sources", NULL, 200, "source=sources.0.id", MAY_LACK},
	{"owner", "POST", "/api/compliance/subscriptions", "{\"sourceId\":\"<source>\"}", 0,
	 "subscription=id", MAY_LACK},
	{"owner", "GET", "/api/tenants/<tenant>/compliance/events", NULL, 200,
	 "compliance_event=events.0.id", MAY_LACK},
	{"owner", "GET", "/api/audit/events?targetKind=program", NULL, 200,
	 "audit_event=events.0.id", WAITS},
	{"owner", "POST", "/api/audit/exports", "{\"purpose\":\"Purpose <canary>\"}", 201,
	 "audit_export=id"},
};

static const struct step farewell[] = {
	{"owner", "PUT", "/api/settings", "{\"alertEmails\":[]}", 200},
	{"owner", "DELETE", "/api/partners/<partner>/api-keys/<partner_key>", NULL, 204},
	{"owner", "POST", "/api/programs/<program>:end", "{}", 200},
};

static const struct step sign_out = {"owner", "POST", "/api/auth/revoke-all", "{}", 200};

/* Values of the tenant that nobody else may be told. */
static const char *const words[] = {
	"canary",    "owner",	    "refresh",	   "tenant",	   "user",	    "login",
	"program",   "session",	    "code",	   "partner",	   "session_token", "key_secret",
	"code_text", "partner_key", "audit_event", "notification", "audit_export",  "password"};

const char *world_told(const struct world *world, const struct http_call *call,
		       const struct http_answer *answer)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const char *word = world_value(world, words[i]);
		size_t len = strlen(word);

		if (strstr(call->path, word) || (call->body && strstr(call->body, word)))
			continue;
		if (memmem(answer->body.ptr, answer->body.len, word, len) ||
		    memmem(answer->headers.ptr, answer->headers.len, word, len))
			return words[i];
	}
	return NULL;
}

const char *world_value(const struct world *world, const char *name)
{
	return json_string_value(json_object_get(world->values, name));
}

static void set(struct world *world, const char *name, const char *value)
{
	json_object_set_new(world->values, name, json_string(value));
}

/* The text with every <name> replaced; a name without a value stays. */
static const char *fill(struct world *world, const char *text)
{
	struct strbuf out = strbuf_new(world->arena);

	while (text && *text) {
		const char *open = strchr(text, '<'), *close = open ? strchr(open, '>') : NULL;
		const char *value = NULL;

		if (close)
			value = world_value(world, arena_strndup(world->arena, open + 1,
								 (size_t)(close - open - 1)));
		if (!value)
			break;
		strbuf_add(&out, text, (size_t)(open - text));
		strbuf_add_c(&out, value);
		text = close + 1;
	}
	strbuf_add_c(&out, text ? text : "");
	return strbuf_str(&out).ptr;
}

/* False when something to be kept is not in the answer. */
static bool keep(struct world *world, const struct step *step, const json_t *json)
{
	struct str rest = str_of(step->keep);
	bool is_whole = true;

	while (rest.len) {
		struct str path = str_take_until(&rest, ';'), name = str_take_until(&path, '=');
		const char *value = json_text_at(world->arena, json, str_dup(world->arena, path));

		if (value)
			set(world, str_dup(world->arena, name), value);
		is_whole = is_whole && value;
	}
	return is_whole;
}

/* An id that nothing has, so that the route can be called all the same. */
static void make_up(struct world *world, const char *name)
{
	set(world, name, uuid_text(world->arena, uuid_v7(instant_now())));
	json_array_append_new(world->made_up, json_string(name));
}

/* The name of the first thing that the step keeps. */
static const char *first_kept(struct world *world, const struct step *step)
{
	struct str rest = str_of(step->keep);

	return str_dup(world->arena, str_take_until(&rest, '='));
}

static struct status call(struct world *world, const struct step *step, bool *is_whole)
{
	struct http_call what = {.method = step->method,
				 .path = fill(world, step->path),
				 .body = step->body ? fill(world, step->body) : NULL,
				 .token = step->token ? world_value(world, step->token) : NULL};
	struct http_answer answer;
	json_t *json;

	TRY(http_run(world->http, world->arena, &what, &answer));
	if (step->status && answer.status != step->status)
		return http_not_that(&what, arena_printf(world->arena, "%d " STR_FMT, answer.status,
							 STR_ARG(answer.body)));
	json = http_json(&answer);
	*is_whole = keep(world, step, json);
	json_decref(json);
	return OK;
}

static struct status take_step(struct world *world, const struct step *step)
{
	instant give_up = instant_monotonic() + WAIT;
	bool is_whole = false;

	TRY(call(world, step, &is_whole));
	while (!is_whole && step->how == WAITS && instant_monotonic() < give_up) {
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		TRY(call(world, step, &is_whole));
	}
	if (!is_whole && step->how == MAY_LACK)
		make_up(world, first_kept(world, step));
	else if (!is_whole)
		return http_not_that(
			&(struct http_call){.method = step->method, .path = step->path},
			arena_printf(world->arena, "the answer lacks %s", step->keep));
	return OK;
}

const char *random_hex(struct arena *arena, size_t n)
{
	uint8_t bytes[32];
	char *text = arena_alloc(arena, 2 * n + 1);

	crypto_random(bytes, n);
	hex_encode(text, bytes, n);
	return text;
}

/* No mail reaches the address: the operator, who runs this, confirms it. */
static struct status confirm(const struct proof *proof, struct world *world)
{
	const char *address = fill(world, "owner-<canary>@isolation.invalid");
	bool is_new;

	return user_confirm(world->arena, proof->conninfo, proof->secrets_dir, address, &is_new);
}

struct status world_build(const struct proof *proof, struct http *http, struct arena *arena,
			  struct world *world)
{
	*world = (struct world){arena, http, json_object(), json_array()};
	set(world, "canary", arena_printf(arena, "canary%s", random_hex(arena, 8)));
	set(world, "password", random_hex(arena, 24));
	/* Only a platform administrator opens one. */
	make_up(world, "grant");
	TRY(take_step(world, &sign_up));
	TRY(confirm(proof, world));
	for (size_t i = 0; i < sizeof story / sizeof story[0]; i++)
		TRY(take_step(world, &story[i]));
	return OK;
}

struct status world_close(struct world *world)
{
	for (size_t i = 0; i < sizeof farewell / sizeof farewell[0]; i++)
		TRY(take_step(world, &farewell[i]));
	return OK;
}

struct status world_sign_out(struct world *world)
{
	return take_step(world, &sign_out);
}

void world_free(struct world *world)
{
	json_decref(world->values);
	json_decref(world->made_up);
}
