/* aegisctl migrate: brings the database up to date. */
#include "migrate.h"

#include <getopt.h>
#include <stdio.h>

#include "commands.h"
#include "db/migrate.h"

static const char help[] =
	"usage: aegisctl migrate --db CONNINFO [--secrets DIR] [--peer USER] [--dry-run]\n\n"
	"  --db CONNINFO   a superuser the first time (makes the roles), later aegis_migrator\n"
	"  --secrets DIR   where the roles' passwords are kept; made when missing\n"
	"  --peer USER     connect as this system user (peer authentication); needs root\n"
	"  --dry-run       print what would be applied, change nothing\n";

int ctl_migrate(int argc, char **argv)
{
	static const struct option options[] = {
		{"db", required_argument, NULL, 'd'},	{"secrets", required_argument, NULL, 's'},
		{"peer", required_argument, NULL, 'p'}, {"dry-run", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},	{}};
	struct db_migrate_options how = {.out = stdout};
	struct db_migrate_report report;
	struct status st;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			how.conninfo = optarg;
		else if (c == 's')
			how.secrets_dir = optarg;
		else if (c == 'p')
			how.peer_user = optarg;
		else if (c == 'n')
			how.dry_run = true;
		else
			return ctl_usage(help, c == 'h' ? CTL_OK : CTL_USAGE);
	}
	if (!how.conninfo || optind != argc)
		return ctl_usage(help, CTL_USAGE);
	st = db_migrate(&how, &report);
	if (is_failed(st)) {
		fprintf(stderr, "aegisctl migrate: %s [%s]\n", reason_sentence(st.reason),
			reason_name(st.reason));
		return CTL_FAILED;
	}
	if (how.dry_run)
		printf("%d migrations would be applied\n", report.pending);
	else
		printf("the database is up to date, %d migrations applied now\n", report.applied);
	return CTL_OK;
}
