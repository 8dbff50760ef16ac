/* aegisctl admin: platform administrators. */
#include "admin.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/admin_invitation.h"
#include "auth_operator.h"
#include "auth_operator/queries.h"
#include "base/arena.h"
#include "base/log.h"
#include "commands.h"
#include "crypto/bearer.h"
#include "crypto/hash.h"
#include "db/conn.h"
#include "db/tx.h"

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

static struct status insert(struct tx *tx, void *arg)
{
	const struct creation *creation = arg;
	uint8_t hash[BEARER_HASH_BYTES];

	bearer_hash(hash, &creation->bearer);
	TRY(q_insert_admin_invitation(
		tx, .id = creation->bearer.id, .email = creation->email, .name = creation->name,
		.hash = ((struct str){(const char *)hash, sizeof hash}),
		.expires_at = creation->now + ADMIN_INVITATION_TTL, .now = creation->now));
	return auth_operator_tell(tx, &(struct auth_deed){.action = "admin.invited",
							  .target_kind = "admin_invitation",
							  .target = creation->bearer.id,
							  .tenant = creation->platform,
							  .now = creation->now});
}

static struct status create(struct arena *arena, struct creation *creation)
{
	struct db_tx how = {.kind = DB_WRITE, .tenant = creation->platform, .arena = arena};
	struct db_conn *conn;
	struct status st;

	TRY(auth_operator_connect(creation->conninfo, creation->secrets_dir, &conn));
	st = db_run(conn, &how, insert, creation);
	db_conn_free(&conn);
	return st;
}

static int run(struct creation *creation)
{
	struct arena *arena = arena_new(1 << 20);
	char token[BEARER_TEXT];
	struct status st;

	crypto_init();
	creation->email = auth_operator_address(arena, creation->email);
	if (!creation->email) {
		fputs("aegisctl admin create: --email is no address\n", stderr);
		arena_free(&arena);
		return CTL_USAGE;
	}
	creation->now = instant_now();
	(void)uuid_parse(STR(DB_PLATFORM_TENANT), &creation->platform);
	creation->bearer =
		bearer_new(ADMIN_INVITATION_KIND, creation->platform, uuid_v7(creation->now));
	st = create(arena, creation);
	if (is_ok(st)) {
		bearer_format(token, &creation->bearer);
		puts(token);
	} else {
		fprintf(stderr, "aegisctl admin create: %s [%s]\n", reason_sentence(st.reason),
			reason_name(st.reason));
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
			return ctl_usage(help, c == 'h' ? CTL_OK : CTL_USAGE);
	}
	if (!creation.email || !creation.conninfo || !creation.secrets_dir || optind != argc)
		return ctl_usage(help, CTL_USAGE);
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
