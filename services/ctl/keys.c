#include "keys.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/password_file.h"
#include "commands.h"
#include "crypto/keyring.h"
#include "db/migrate.h"

#define SECRETS_PATH 512

static const char init_help[] =
	"usage: aegisctl keys init --secrets DIR\n\n"
	"Makes the service key pairs that are missing and lists their public halves, and "
	"passwords\n"
	"for Redis (NAME/redis.password, redis/redis.password is the operator's); what "
	"exists stays\n"
	"as it is. What else a daemon needs it makes at its first start.\n";

/* Its folder exists already, so the password belongs to whom its keys belong. */
static struct status make_redis_password(const char *secrets_dir, const char *name)
{
	char dir[SECRETS_PATH];
	struct status st = FAIL(SECRETS);

	if (snprintf(dir, sizeof dir, "%s/%s", secrets_dir, name) < (int)sizeof dir)
		st = password_file_ensure(dir, "redis.password");
	return st;
}

static struct status make_of(const char *secrets_dir, const char *name)
{
	TRY(keyring_ensure_service(secrets_dir, name));
	return make_redis_password(secrets_dir, name);
}

static struct status make_missing(const char *secrets_dir)
{
	TRY(make_of(secrets_dir, "gateway"));
	/* Every daemon with tables is in what the build found. */
	for (size_t i = 0; i < db_n_migration_sets; i++)
		TRY(make_of(secrets_dir, db_migration_sets[i].service));
	/* That of Redis's operator. */
	return make_redis_password(secrets_dir, "redis");
}

static int keys_init(int argc, char **argv)
{
	static const struct option options[] = {
		{"secrets", required_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'}, {}};
	const char *secrets_dir = getenv("AEGIS_CTL_SECRETS");
	struct status st;
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			return ctl_usage(init_help, CTL_OK);
		if (c != 's')
			return ctl_usage(init_help, CTL_USAGE);
		secrets_dir = optarg;
	}
	if (!secrets_dir || optind != argc)
		return ctl_usage(init_help, CTL_USAGE);
	st = make_missing(secrets_dir);
	if (is_failed(st)) {
		fprintf(stderr, "aegisctl: keys in %s: %s [%s]\n", secrets_dir,
			reason_sentence(st.reason), reason_name(st.reason));
		return CTL_FAILED;
	}
	printf("service keys of %zu daemons are in %s\n", db_n_migration_sets + 1, secrets_dir);
	return CTL_OK;
}

int ctl_keys(int argc, char **argv)
{
	static const struct ctl_command rows[] = {
		{"init", keys_init, "make the keys that are missing"},
		{},
	};

	return ctl_dispatch("aegisctl keys", rows, argc, argv);
}
