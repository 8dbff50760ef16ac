#include "auth_operator.h"

#include <ctype.h>
#include <unistd.h>

#include "auth_operator/queries.h"
#include "base/arena.h"
#include "contract/text.h"
#include "contract/time.h"
#include "crypto/hash.h"
#include "db/conn.h"
#include "db/migrate.h"
#include "db/tx.h"
#include <aegis/event/v1/event.pb-c.h>

struct status auth_operator_connect(const char *conninfo, const char *secrets_dir,
				    struct db_conn **conn)
{
	const struct db_catalogue *catalogue = &auth_operator_queries;
	char password[DB_PASSWORD_TEXT];
	struct db_config config = {.conninfo = conninfo,
				   .role = "aegis_migrator",
				   .password = password,
				   .application = "aegisctl",
				   .schema = "auth",
				   .is_operator = true};

	TRY(db_password_read(secrets_dir, "migrator", "db.password", password));
	*conn = db_conn_new(&config, &catalogue, 1);
	crypto_wipe(password, sizeof password);
	return OK;
}

static Event__Actor operator_of(struct arena *arena)
{
	Event__Actor actor = EVENT__ACTOR__INIT;

	actor.kind = "operator";
	actor.id = uuid_text(arena, (struct uuid){});
	actor.label = arena_printf(arena, "uid %u", (unsigned)getuid());
	return actor;
}

/* What audit is told: that it was done, and to what, but no address. */
static struct str event_of(struct arena *arena, const struct auth_deed *deed, struct uuid id)
{
	Event__Actor actor = operator_of(arena);
	Event__Target target = EVENT__TARGET__INIT;
	Event__Event event = EVENT__EVENT__INIT;
	uint8_t *wire;
	size_t len;

	target.kind = deed->target_kind;
	target.id = uuid_text(arena, deed->target);
	event.id = uuid_text(arena, id);
	event.tenant_id = uuid_text(arena, deed->tenant);
	event.occurred_at = pb_timestamp(arena, deed->now);
	event.actor = &actor;
	event.action = deed->action;
	event.target = &target;
	event.outcome = "success";
	/* auth's relay tells it, and a subscriber believes nobody about another's deeds. */
	event.source = "auth";
	len = event__event__get_packed_size(&event);
	wire = arena_alloc(arena, len);
	event__event__pack(&event, wire);
	return (struct str){(const char *)wire, len};
}

struct status auth_operator_tell(struct tx *tx, const struct auth_deed *deed)
{
	struct uuid id = uuid_v7(deed->now);

	return q_insert_operator_event(tx, .id = id, .subscriber = "audit", .topic = deed->action,
				       .payload = event_of(tx_arena(tx), deed, id),
				       .now = deed->now);
}

const char *auth_operator_address(struct arena *arena, const char *text)
{
	char *address = arena_strdup(arena, text);

	if (!text_is_email(str_of(text)))
		return NULL;
	for (char *p = address; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return address;
}
