/*
 * aegisctl admin: platform administrators.  Works on the database as
 * aegis_migrator, since before the first administrator there is nobody who could
 * be asked over HTTP.
 */
#include "admin.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/admin_invitation.h"
#include "auth_operator/queries.h"
#include "base/arena.h"
#include "base/log.h"
#include "commands.h"
#include "contract/text.h"
#include "contract/time.h"
#include "crypto/bearer.h"
#include "crypto/hash.h"
#include "db/conn.h"
#include "db/migrate.h"
#include "db/tx.h"
#include <aegis/event/v1/event.pb-c.h>

struct creation {
	const char *conninfo;
	const char *secrets_dir;
	const char *email;
	const char *name;
	instant now;
	struct uuid platform;
	struct bearer bearer;
};

static const char help[] =
	"usage: aegisctl admin create --email ADDRESS [--name NAME] [--db CONNINFO] [--secrets "
	"DIR]\n\n"
	"Prints a one-time token, good for 24 hours, with which the administrator chooses\n"
	"a password: POST /api/auth/admin-invitations/accept {\"token\", \"password\"}.\n\n"
	"  --db CONNINFO   the database; default $AEGIS_CTL_DB\n"
	"  --secrets DIR   where the migrator's password is; default $AEGIS_CTL_SECRETS\n";

static int usage(FILE *out, int status)
{
	fputs(help, out);
	return status;
}

static Event__Actor operator_of(struct arena *arena)
{
	Event__Actor actor = EVENT__ACTOR__INIT;

	actor.kind = "operator";
	actor.id = uuid_text(arena, (struct uuid){});
	actor.label = arena_printf(arena, "uid %u", (unsigned)getuid());
	return actor;
}

/* What audit is told: that it was done, not for whom. */
static struct str event_of(struct arena *arena, const struct creation *creation, struct uuid id)
{
	Event__Actor actor = operator_of(arena);
	Event__Target target = EVENT__TARGET__INIT;
	Event__Event event = EVENT__EVENT__INIT;
	uint8_t *wire;
	size_t len;

	target.kind = "admin_invitation";
	target.id = uuid_text(arena, creation->bearer.id);
	event.id = uuid_text(arena, id);
	event.tenant_id = uuid_text(arena, creation->platform);
	event.occurred_at = pb_timestamp(arena, creation->now);
	event.actor = &actor;
	event.action = "admin.invited";
	event.target = &target;
	event.outcome = "success";
	/* auth's relay tells it, and a subscriber believes nobody about another's deeds. */
	event.source = "auth";
	len = event__event__get_packed_size(&event);
	wire = arena_alloc(arena, len);
	event__event__pack(&event, wire);
	return (struct str){(const char *)wire, len};
}

static struct status insert(struct tx *tx, void *arg)
{
	const struct creation *creation = arg;
	struct uuid event = uuid_v7(creation->now);
	uint8_t hash[BEARER_HASH_BYTES];

	bearer_hash(hash, &creation->bearer);
	TRY(q_insert_admin_invitation(
		tx, .id = creation->bearer.id, .email = creation->email, .name = creation->name,
		.hash = ((struct str){(const char *)hash, sizeof hash}),
		.expires_at = creation->now + ADMIN_INVITATION_TTL, .now = creation->now));
	return q_insert_operator_event(
		tx, .id = event, .subscriber = "audit", .topic = "admin.invited",
		.payload = event_of(tx_arena(tx), creation, event), .now = creation->now);
}

static struct status create(struct arena *arena, struct creation *creation)
{
	const struct db_catalogue *catalogue = &auth_operator_queries;
	char password[DB_PASSWORD_TEXT];
	struct db_config config = {.conninfo = creation->conninfo,
				   .role = "aegis_migrator",
				   .password = password,
				   .application = "aegisctl admin",
				   .schema = "auth",
				   .is_operator = true};
	struct db_tx how = {.kind = DB_WRITE, .tenant = creation->platform, .arena = arena};
	struct db_conn *conn;
	struct status st;

	TRY(db_password_read(creation->secrets_dir, "migrator", "db.password", password));
	conn = db_conn_new(&config, &catalogue, 1);
	crypto_wipe(password, sizeof password);
	st = db_run(conn, &how, insert, creation);
	db_conn_free(&conn);
	return st;
}

static int run(struct creation *creation)
{
	struct arena *arena = arena_new(1 << 20);
	char *email = arena_strdup(arena, creation->email), token[BEARER_TEXT];
	struct status st;

	crypto_init();
	for (char *p = email; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	creation->email = email;
	creation->now = instant_now();
	(void)uuid_parse(STR(DB_PLATFORM_TENANT), &creation->platform);
	creation->bearer =
		bearer_new(ADMIN_INVITATION_KIND, creation->platform, uuid_v7(creation->now));
	st = create(arena, creation);
	if (is_ok(st)) {
		bearer_format(token, &creation->bearer);
		puts(token);
	} else {
		fprintf(stderr, "aegisctl admin create: %s\n", st.reason);
	}
	crypto_wipe(creation, sizeof *creation);
	crypto_wipe(token, sizeof token);
	arena_free(&arena);
	return is_ok(st) ? CTL_OK : CTL_FAILED;
}

static int admin_create(int argc, char **argv)
{
	static const struct option options[] = {
		{"email", required_argument, NULL, 'e'}, {"name", required_argument, NULL, 'n'},
		{"db", required_argument, NULL, 'd'},	 {"secrets", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},	 {}};
	struct creation creation = {.conninfo = getenv("AEGIS_CTL_DB"),
				    .secrets_dir = getenv("AEGIS_CTL_SECRETS"),
				    .name = "Administrator"};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'e')
			creation.email = optarg;
		else if (c == 'n')
			creation.name = optarg;
		else if (c == 'd')
			creation.conninfo = optarg;
		else if (c == 's')
			creation.secrets_dir = optarg;
		else
			return usage(c == 'h' ? stdout : stderr, c == 'h' ? CTL_OK : CTL_USAGE);
	}
	if (!creation.email || !creation.conninfo || !creation.secrets_dir || optind != argc)
		return usage(stderr, CTL_USAGE);
	if (!text_is_email(str_of(creation.email))) {
		fputs("aegisctl admin create: --email is no address\n", stderr);
		return CTL_USAGE;
	}
	return run(&creation);
}

int ctl_admin(int argc, char **argv)
{
	static const struct ctl_command commands[] = {
		{"create", admin_create, "invite a platform administrator"},
		{},
	};

	return ctl_dispatch("aegisctl admin", commands, argc, argv);
}
