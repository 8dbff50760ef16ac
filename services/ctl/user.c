/*
 * aegisctl user: what an operator does for one person, for whom no mail can do it.
 */
#include "user.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth_operator.h"
#include "auth_operator/queries.h"
#include "base/arena.h"
#include "base/log.h"
#include "commands.h"
#include "crypto/hash.h"
#include "db/conn.h"
#include "db/tx.h"

struct confirmation {
	const char *address;
	instant now;
	struct q_operator_account_row *account;
	bool is_new;
};

static const char help[] =
	"usage: aegisctl user confirm ADDRESS [--db CONNINFO] [--secrets DIR]\n\n"
	"Confirms the e-mail address of an account as the mailed link does, for somebody whom\n"
	"mails do not reach.  Be sure that the address is theirs: from then on they may send\n"
	"mails and run programs.  The organization's audit log names the operator.  A second\n"
	"call changes nothing.  Tokens say so from the next sign-in or refresh on.\n\n"
	"  --db CONNINFO   the database; default $AEGIS_CTL_DB\n"
	"  --secrets DIR   where the migrator's password is; default $AEGIS_CTL_SECRETS\n\n"
	"Exit status 0: the address is confirmed, 1: not, 2: usage.\n";

static struct status find(struct tx *tx, void *arg)
{
	struct confirmation *confirmation = arg;

	TRY(q_operator_account(tx, confirmation->address, &confirmation->account));
	if (!confirmation->account)
		return FAIL(USER_NOT_FOUND);
	if (strcmp(confirmation->account->state, "active") != 0)
		return FAIL(REGISTRATION_PENDING);
	return OK;
}

static struct status confirm(struct tx *tx, void *arg)
{
	struct confirmation *confirmation = arg;
	const struct q_operator_account_row *account = confirmation->account;
	int64_t changed;

	TRY(q_operator_confirm(tx, account->id, confirmation->now, &changed));
	confirmation->is_new = changed > 0;
	if (!changed) {
		/* The link was followed, or the registration expired, since it was found. */
		TRY(find(tx, confirmation));
		return confirmation->account->email_verified_at ? OK : FAIL(ABORTED);
	}
	return auth_operator_tell(tx, &(struct auth_deed){.action = "user.confirmed_by_operator",
							  .target_kind = "user",
							  .target = account->id,
							  .tenant = tx_tenant(tx),
							  .now = confirmation->now});
}

static struct status run(struct db_conn *conn, struct db_tx *how, struct confirmation *confirmation)
{
	(void)uuid_parse(STR(DB_PLATFORM_TENANT), &how->tenant);
	TRY(db_run(conn, how, find, confirmation));
	if (confirmation->account->email_verified_at)
		return OK;
	if (confirmation->account->organization_id)
		how->tenant = *confirmation->account->organization_id;
	return db_run(conn, how, confirm, confirmation);
}

struct status user_confirm(struct arena *arena, const char *conninfo, const char *secrets_dir,
			   const char *address, bool *is_new)
{
	struct confirmation confirmation = {.address = address, .now = instant_now()};
	struct db_tx how = {.kind = DB_WRITE, .arena = arena};
	struct db_conn *conn;
	struct status st;

	TRY(auth_operator_connect(conninfo, secrets_dir, &conn));
	st = run(conn, &how, &confirmation);
	db_conn_free(&conn);
	*is_new = confirmation.is_new;
	return st;
}

static const char *words_of(struct status st)
{
	if (st.reason == REASON_USER_NOT_FOUND)
		return "no account has this address";
	if (st.reason == REASON_REGISTRATION_PENDING)
		return "the registration of this address is not complete, or has expired";
	return reason_sentence(st.reason);
}

static int confirm_address(const char *text, const char *conninfo, const char *secrets_dir)
{
	struct arena *arena = arena_new(1 << 20);
	const char *address = auth_operator_address(arena, text);
	struct status st;
	bool is_new;

	if (!address) {
		fprintf(stderr, "aegisctl user confirm: '%s' is no e-mail address\n", text);
		arena_free(&arena);
		return CTL_USAGE;
	}
	crypto_init();
	st = user_confirm(arena, conninfo, secrets_dir, address, &is_new);
	if (is_ok(st))
		printf("%s %s\n", address, is_new ? "is confirmed" : "was confirmed before");
	else
		fprintf(stderr, "aegisctl user confirm: %s: %s\n", address, words_of(st));
	arena_free(&arena);
	return is_ok(st) ? CTL_OK : CTL_FAILED;
}

static int user_confirm_command(int argc, char **argv)
{
	static const struct option options[] = {{"db", required_argument, NULL, 'd'},
						{"secrets", required_argument, NULL, 's'},
						{"help", no_argument, NULL, 'h'},
						{}};
	const char *conninfo = getenv("AEGIS_CTL_DB"), *secrets_dir = getenv("AEGIS_CTL_SECRETS");
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			conninfo = optarg;
		else if (c == 's')
			secrets_dir = optarg;
		else
			return ctl_usage(help, c == 'h' ? CTL_OK : CTL_USAGE);
	}
	if (!conninfo || !secrets_dir || optind + 1 != argc)
		return ctl_usage(help, CTL_USAGE);
	return confirm_address(argv[optind], conninfo, secrets_dir);
}

int ctl_user(int argc, char **argv)
{
	static const struct ctl_command commands[] = {
		{"confirm", user_confirm_command, "confirm an address without mail"},
		{},
	};

	return ctl_dispatch("aegisctl user", commands, argc, argv);
}
