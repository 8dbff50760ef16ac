#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "cfg/cfg.h"

#define SAMPLE_SETTINGS(X)                                                                         \
	X(TEXT, listen, CFG_REQUIRED, 1, 100, "where calls arrive")                                \
	X(NUMBER, http_port, "8080", 1, 65535, "port of clients")                                  \
	X(SIZE, body_max, "64k", 1, 1 << 30, "largest body")                                       \
	X(FLAG, tls, "false", 0, 0, "encrypt")                                                     \
	X(CHOICE, log_level, "info", 0, 0, "debug|info|warn|error: least level")                   \
	X(SECRET, password, "", 0, 100, "of the database")                                         \
	X(MAP, peer, NULL, 0, 0, "address of a daemon")

struct sample {
	SAMPLE_SETTINGS(CFG_MEMBER)
};

#define CFG_OWNER struct sample
static const struct cfg_setting settings[] = {SAMPLE_SETTINGS(CFG_ROW)};

static struct sample sample;
static const struct cfg_group group = {settings, sizeof settings / sizeof settings[0], &sample};
static const struct cfg_spec spec = {"sample-er", "a sample", &group, 1};
static struct arena *arena;
static struct strbuf errors;
static char path[64];

static void set_up(void)
{
	arena = arena_new(1 << 20);
	errors = strbuf_new(arena);
	strbuf_reserve(&errors, 1);
}

static void tear_down(void)
{
	arena_free(&arena);
	if (path[0])
		unlink(path);
}

TestSuite(cfg, .init = set_up, .fini = tear_down);

static const char *file_with(const char *text)
{
	int fd;

	strcpy(path, "/tmp/aegis-cfg-XXXXXX");
	fd = mkstemp(path);
	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

Test(cfg, later_sources_win_and_defaults_fill_the_rest)
{
	setenv("AEGIS_SAMPLE_ER_HTTP_PORT", "9001", 1);
	setenv("AEGIS_SAMPLE_ER_PEER_AUDIT", "ipc:///b", 1);
	cr_assert(is_ok(cfg_load(arena, &spec,
				 file_with("# comment\n\nlisten = ipc:///x = y\nhttp_port=9000\n"
					   "peer_auth = ipc:///a\nbody_max = 2m\ntls = on\n"),
				 &errors)),
		  "%s", errors.ptr);
	cr_assert_str_eq(sample.listen, "ipc:///x = y");
	cr_assert_eq(sample.http_port, 9001);
	cr_assert_eq(sample.body_max, 2L * 1024 * 1024);
	cr_assert(sample.tls);
	cr_assert_str_eq(sample.log_level, "info");
	cr_assert_str_eq(cfg_map_get(&sample.peer, "auth"), "ipc:///a");
	cr_assert_str_eq(cfg_map_get(&sample.peer, "audit"), "ipc:///b");
	cr_assert_null(cfg_map_get(&sample.peer, "tenant"));
}

Test(cfg, every_error_is_told_at_once_with_key_and_source)
{
	struct status st;

	setenv("AEGIS_SAMPLE_ER_LOG_LEVEL", "loud", 1);
	setenv("AEGIS_SAMPLE_ER_NO_SUCH", "1", 1);
	st = cfg_load(arena, &spec,
		      file_with("http_port = 70000\nhtpp_port = 1\nnonsense\ntls = maybe\n"),
		      &errors);
	cr_assert_eq(st.code, STATUS_INVALID_ARGUMENT);
	cr_assert_str_eq(reason_name(st.reason), "BAD_CONFIG");
	cr_assert_not_null(strstr(errors.ptr, "http_port ("), "%s", errors.ptr);
	cr_assert_not_null(strstr(errors.ptr, ":1): \"70000\" must be a whole number from 1"));
	cr_assert_not_null(strstr(errors.ptr, "htpp_port ("));
	cr_assert_not_null(strstr(errors.ptr, "is not `key = value`"));
	cr_assert_not_null(strstr(errors.ptr, "tls ("));
	cr_assert_not_null(strstr(errors.ptr, "log_level (environment): must be one of debug"));
	cr_assert_not_null(strstr(errors.ptr, "no_such (environment): no setting"));
	cr_assert_not_null(strstr(errors.ptr, "listen (missing): must be given"));
}

Test(cfg, a_secret_comes_from_a_file_and_is_never_printed)
{
	struct strbuf out = strbuf_new(arena);

	setenv("AEGIS_SAMPLE_ER_LISTEN", "ipc:///x", 1);
	setenv("AEGIS_SAMPLE_ER_PASSWORD_FILE", file_with("canary-secret\n"), 1);
	cr_assert(is_ok(cfg_load(arena, &spec, NULL, &errors)), "%s", errors.ptr);
	cr_assert_str_eq(sample.password, "canary-secret");
	cfg_print(&spec, &out);
	cr_assert_null(strstr(out.ptr, "canary"));
	cr_assert_not_null(strstr(out.ptr, "password = (set)\n"));
	cr_assert_not_null(strstr(out.ptr, "body_max = 65536\n"));
}

static int exit_code_of(char **argv, int argc)
{
	int code = -1, null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
	return cfg_main(arena, &spec, argc, argv, &code) == CFG_RUN ? -2 : code;
}

Test(cfg, the_command_line_checks_and_refuses)
{
	const char *good = file_with("listen = ipc:///x\n");

	cr_assert_eq(exit_code_of((char *[]){"d", "--check-config"}, 2), 78);
	cr_assert_eq(exit_code_of((char *[]){"d", "--config", (char *)good}, 3), -2);
	cr_assert_eq(exit_code_of((char *[]){"d", "--check-config", "--config", (char *)good}, 4),
		     0);
	cr_assert_eq(exit_code_of((char *[]){"d", "--help"}, 2), 0);
	cr_assert_eq(exit_code_of((char *[]){"d", "--bogus"}, 2), 64);
	cr_assert_eq(exit_code_of((char *[]){"d", "--config", "/does/not/exist"}, 3), 78);
}
