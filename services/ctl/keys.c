#include "keys.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "crypto/keyring.h"
#include "db/migrate.h"

static int init_usage(FILE *out, int status)
{
	fputs("usage: aegisctl keys init --secrets DIR\n\n"
	      "Makes the service key pairs that are missing and lists their public halves; keys "
	      "that\n"
	      "exist stay as they are. What else a daemon needs it makes at its first start.\n",
	      out);
	return status;
}

static struct status make_missing(const char *secrets_dir)
{
	TRY(keyring_ensure_service(secrets_dir, "gateway"));
	/* Every daemon with tables is in what the build found. */
	for (size_t i = 0; i < db_n_migration_sets; i++)
		TRY(keyring_ensure_service(secrets_dir, db_migration_sets[i].service));
	return OK;
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
			return init_usage(stdout, CTL_OK);
		if (c != 's')
			return init_usage(stderr, CTL_USAGE);
		secrets_dir = optarg;
	}
	if (!secrets_dir || optind != argc)
		return init_usage(stderr, CTL_USAGE);
	st = make_missing(secrets_dir);
	if (is_failed(st)) {
		fprintf(stderr, "aegisctl: keys in %s: %s\n", secrets_dir, st.reason);
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
