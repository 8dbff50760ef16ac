/* The same behind TLS. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/edge_fixture.h"

TestSuite(edge_tls, .fini = edge_down);

static char tls_dir[64];

static const char *tls_file(const char *name)
{
	static char paths[2][96];
	char *path = paths[name[0] == 'k'];

	snprintf(path, sizeof paths[0], "%s/%s", tls_dir, name);
	return path;
}

static void make_certificate(const char *kind)
{
	char command[512];

	strcpy(tls_dir, "/tmp/aegis-tls-XXXXXX");
	cr_assert_not_null(mkdtemp(tls_dir));
	snprintf(command, sizeof command,
		 "openssl req -x509 -newkey %s -nodes -days 2 "
		 "-subj /CN=localhost -addext subjectAltName=DNS:localhost "
		 "-keyout %s -out %s 2>/dev/null",
		 kind, tls_file("key"), tls_file("cert"));
	cr_assert_eq(system(command), 0);
}

static void drop_certificate(void)
{
	unlink(tls_file("cert"));
	unlink(tls_file("key"));
	rmdir(tls_dir);
}

static void expect_curl(const char *arguments, const char *want)
{
	char command[512], got[4096] = "";
	FILE *curl;

	snprintf(command, sizeof command, "curl -sS --max-time 10 --cacert %s %s 2>&1",
		 tls_file("cert"), arguments);
	curl = popen(command, "r");
	got[fread(got, 1, sizeof got - 1, curl)] = '\0';
	pclose(curl);
	cr_assert(strstr(got, want), "%s: %s", arguments, got);
}

Test(edge_tls, https_is_the_same_inside)
{
	struct edge_config config = edge_server_config();
	char arguments[256];
	int fd;

	make_certificate("ec -pkeyopt ec_paramgen_curve:P-256");
	config.tls_certificate = tls_file("cert");
	config.tls_key = tls_file("key");
	config.limits.head_timeout = MILLIS(500);
	edge_up(config);
	snprintf(arguments, sizeof arguments, "https://localhost:%u/x https://localhost:%u/y",
		 edge_port(edge), edge_port(edge));
	expect_curl(arguments, "GET /x 0 GET /y 0 ");
	snprintf(arguments, sizeof arguments, "-d hello https://localhost:%u/x", edge_port(edge));
	expect_curl(arguments, "POST /x 5 hello");
	snprintf(arguments, sizeof arguments,
		 "-o /dev/null -w '%%{size_download}' "
		 "https://localhost:%u/big",
		 edge_port(edge));
	expect_curl(arguments, "1048576");
	snprintf(arguments, sizeof arguments,
		 "-H 'Transfer-Encoding: gzip' -d x "
		 "https://localhost:%u/x",
		 edge_port(edge));
	expect_curl(arguments, "UNKNOWN_TRANSFER_ENCODING");
	snprintf(arguments, sizeof arguments, "--tls-max 1.1 https://localhost:%u/x",
		 edge_port(edge));
	expect_curl(arguments, "curl: (35)");
	fd = raw_connect(edge_port(edge));
	cr_assert(raw_is_closed(fd, 5000), "a handshake that never comes is cut");
	close(fd);
	drop_certificate();
}

/* A client that would take anything: what is refused, the server refuses. */
#define WEAK "@SECLEVEL=0"

Test(edge_tls, https_takes_neither_old_versions_nor_ciphers_without_forward_secrecy)
{
	static const struct {
		const char *arguments, *want;
	} cases[] = {
		{"--tls-max 1.2 --ciphers ECDHE-RSA-AES256-GCM-SHA384" WEAK, "GET /x 0"},
		{"--tls-max 1.2 --ciphers ECDHE-RSA-CHACHA20-POLY1305" WEAK, "GET /x 0"},
		{"--tlsv1.3 --ciphers DEFAULT" WEAK, "GET /x 0"},
		{"--tls-max 1.1 --tlsv1.0 --ciphers ALL" WEAK, "curl: (35)"},
		{"--tls-max 1.2 --ciphers AES256-GCM-SHA384" WEAK, "curl: (35)"},
		{"--tls-max 1.2 --ciphers ECDHE-RSA-AES256-SHA" WEAK, "curl: (35)"},
		{"--tls-max 1.2 --ciphers NULL" WEAK, "curl: (35)"},
	};
	struct edge_config config = edge_server_config();
	char arguments[256];

	make_certificate("rsa:3072");
	config.tls_certificate = tls_file("cert");
	config.tls_key = tls_file("key");
	edge_up(config);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(arguments, sizeof arguments, "%s https://localhost:%u/x",
			 cases[i].arguments, edge_port(edge));
		expect_curl(arguments, cases[i].want);
	}
	drop_certificate();
}
