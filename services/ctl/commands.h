#pragma once

/*
 * The commands of aegisctl.  A command gets its own arguments (argv[0] is its
 * name) and returns the exit status: CTL_OK, CTL_FAILED when what was asked
 * about is not as it should be, CTL_USAGE when the words are off.
 */
enum { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2 };

struct ctl_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

/* Picks the row by argv[1] and runs it; prints help for none, --help and strangers. */
int ctl_run(int argc, char **argv);

/*
 * For commands with commands of their own ("screener check"): picks by argv[1]
 * among rows (ended by a NULL name) and prints help headed by title otherwise.
 */
int ctl_dispatch(const char *title, const struct ctl_command *rows, int argc, char **argv);

/* Prints the help of a command, to stdout when the status is CTL_OK and to stderr otherwise.
 * Returns the status. */
int ctl_usage(const char *help, int status);
