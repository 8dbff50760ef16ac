/* The command line that every daemon has. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "cfg/cfg.h"

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

struct command_line {
	const char *file;
	bool check;
	bool help;
	bool version;
	const char *wrong; /* an argument nobody knows, or NULL */
};

void cfg_help(const struct cfg_spec *spec, struct strbuf *out)
{
	strbuf_printf(out,
		      "usage: aegis-%s [--config FILE] [--check-config] [--version]\n%s\n\n"
		      "Settings (file: key = value; environment: AEGIS_<DAEMON>_<KEY>, or\n"
		      "AEGIS_<DAEMON>_<KEY>_FILE for a file that holds the value):\n",
		      spec->daemon, spec->purpose);
	for (size_t g = 0; g < spec->n_groups; g++) {
		for (size_t i = 0; i < spec->groups[g].n; i++) {
			const struct cfg_setting *setting = &spec->groups[g].settings[i];

			strbuf_printf(out, "  %s%s", setting->key,
				      setting->type == CFG_MAP ? "_<name>" : "");
			if (setting->type != CFG_MAP && setting->fallback)
				strbuf_printf(out, " [%s]", setting->fallback);
			else if (setting->type != CFG_MAP)
				strbuf_add_c(out, " (required)");
			strbuf_printf(out, "\n      %s\n", setting->help);
		}
	}
}

static struct command_line parse_command_line(int argc, char **argv)
{
	struct command_line line = {};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			line.file = argv[++i];
		else if (strcmp(argv[i], "--check-config") == 0)
			line.check = true;
		else if (strcmp(argv[i], "--help") == 0)
			line.help = true;
		else if (strcmp(argv[i], "--version") == 0)
			line.version = true;
		else if (!line.wrong)
			line.wrong = argv[i];
	}
	return line;
}

static enum cfg_action leave(int *exit_code, int code)
{
	*exit_code = code;
	return CFG_EXIT;
}

static const char *default_file(struct arena *arena, const char *daemon)
{
	const char *path = arena_printf(arena, "/etc/aegis/%s.conf", daemon);

	return access(path, R_OK) == 0 ? path : NULL;
}

enum cfg_action cfg_main(struct arena *arena, const struct cfg_spec *spec, int argc, char **argv,
			 int *exit_code)
{
	struct command_line line = parse_command_line(argc, argv);
	struct strbuf out = strbuf_new(arena), errors = strbuf_new(arena);

	if (line.wrong) {
		fprintf(stderr, "aegis-%s: unknown argument %s (see --help)\n", spec->daemon,
			line.wrong);
		return leave(exit_code, EX_USAGE);
	}
	if (line.help) {
		cfg_help(spec, &out);
		fputs(out.ptr, stdout);
		return leave(exit_code, EX_OK);
	}
	if (line.version) {
		printf("aegis-%s %s\n", spec->daemon, AEGIS_VERSION);
		return leave(exit_code, EX_OK);
	}
	if (!line.file)
		line.file = default_file(arena, spec->daemon);
	if (is_failed(cfg_load(arena, spec, line.file, &errors))) {
		fprintf(stderr, "aegis-%s: the configuration is wrong:\n%s", spec->daemon,
			errors.ptr);
		return leave(exit_code, EX_CONFIG);
	}
	if (line.check) {
		cfg_print(spec, &out);
		strbuf_add_c(&out, "configuration is valid\n");
		fputs(out.ptr, stdout);
		return leave(exit_code, EX_OK);
	}
	return CFG_RUN;
}
