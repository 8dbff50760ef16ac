#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "audit.h"
#include "keys.h"
#include "migrate.h"
#include "prove/prove.h"
#include "screener.h"
#include "user.h"

static int ctl_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("aegisctl " AEGIS_VERSION);
	return CTL_OK;
}

static const struct ctl_command commands[] = {
	{"admin", ctl_admin, "invite platform administrators"},
	{"audit", ctl_audit, "prove an export of the audit log offline"},
	{"keys", ctl_keys, "make the keys of the daemons"},
	{"migrate", ctl_migrate, "bring the database up to date"},
	{"prove-isolation", ctl_prove_isolation, "prove that no tenant reaches another's rows"},
	{"screener", ctl_screener, "check, evaluate, compare and convert screeners"},
	{"user", ctl_user, "confirm an address that no mail reaches"},
	{"version", ctl_version, "print the version"},
	{},
};

static void print_help(FILE *out, const char *title, const struct ctl_command *rows)
{
	fprintf(out, "usage: %s COMMAND [ARG ...]\n\n", title);
	for (const struct ctl_command *row = rows; row->name; row++)
		fprintf(out, "  %-16s %s\n", row->name, row->summary);
	fprintf(out, "\n'%s COMMAND --help' explains one.\n", title);
}

int ctl_dispatch(const char *title, const struct ctl_command *rows, int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr, title, rows);
		return CTL_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout, title, rows);
		return CTL_OK;
	}
	for (const struct ctl_command *row = rows; row->name; row++)
		if (strcmp(row->name, argv[1]) == 0)
			return row->run(argc - 1, argv + 1);
	fprintf(stderr, "%s: unknown command '%s'\n", title, argv[1]);
	print_help(stderr, title, rows);
	return CTL_USAGE;
}

int ctl_usage(const char *help, int status)
{
	fputs(help, status == CTL_OK ? stdout : stderr);
	return status;
}

int ctl_run(int argc, char **argv)
{
	return ctl_dispatch("aegisctl", commands, argc, argv);
}
