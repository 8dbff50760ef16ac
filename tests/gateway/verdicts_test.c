/*
 * The edge beside nginx, HAProxy and Node, whose answers are on record
 * (verdicts/verdicts.txt, written by deploy/aegis bench http-verdicts): what any of
 * them refuses is refused here too, or the record says why not; what is lawful is
 * served.  The edge's own answers are taken anew.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge_server.h"
#include "gateway/http_cases.h"

#define LAST  "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define PEERS 3
#define OURS  PEERS

struct row {
	char *name;
	char *verdict[PEERS + 1];
};

static struct row rows[HTTP_CASES_MAX];
static size_t n_rows;
static char *peers[PEERS + 1];
static char *reasons[32]; /* "nginx\toptions star\tserved\twhy" */
static size_t n_reasons;
static struct edge *edge;

static void add_heading(char *line)
{
	strsep(&line, "\t");
	for (int i = 0; i <= PEERS; i++) {
		char *cell = strsep(&line, "\t");

		cr_assert_not_null(cell);
		peers[i] = strndup(cell, strcspn(cell, " "));
	}
}

static void add_row(char *line)
{
	struct row *row = &rows[n_rows++];

	cr_assert_lt(n_rows, HTTP_CASES_MAX);
	row->name = strdup(strsep(&line, "\t"));
	for (int i = 0; i <= PEERS; i++) {
		char *cell = strsep(&line, "\t");

		cr_assert_not_null(cell, "%s", row->name);
		row->verdict[i] = strdup(cell);
	}
}

static void read_record(void)
{
	char path[512], line[2048];
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/gateway/verdicts/verdicts.txt",
		 getenv("AEGIS_SOURCE"));
	cr_assert_not_null(file = fopen(path, "re"), "%s", path);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '!')
			reasons[n_reasons++] = strdup(line + 2);
		else if (line[0] == '\t')
			add_heading(line);
		else if (line[0] != '#')
			add_row(line);
	}
	fclose(file);
}

static void set_up(void)
{
	struct edge_config config = edge_server_config();

	http_cases_read();
	read_record();
	edge = edge_server_start(&config);
}

static void tear_down(void)
{
	edge_free(&edge);
}

TestSuite(verdicts, .init = set_up, .fini = tear_down);

static const struct row *row_of(const struct http_case *c)
{
	for (size_t i = 0; i < n_rows; i++)
		if (strcmp(rows[i].name, c->name) == 0)
			return &rows[i];
	cr_assert_fail("not on record: %s (deploy/aegis bench http-verdicts)", c->name);
	return NULL;
}

/* Is there a line "peer, case, what" with something behind it? */
static bool has_reason(const char *peer, const char *name, const char *what)
{
	char start[512];
	int len = snprintf(start, sizeof start, "%s\t%s\t%s\t", peer, name, what);

	for (size_t i = 0; i < n_reasons; i++)
		if (strncmp(reasons[i], start, (size_t)len) == 0 && reasons[i][len])
			return true;
	return false;
}

/* "200 200": every word but a lawful close begins with 2, and there is one for the last request. */
static bool is_served(const char *verdict, bool closing)
{
	int n = 0;

	for (const char *word = verdict; *word; word += strcspn(word, " "), word += *word == ' ') {
		if (closing && n && strcmp(word, "close") == 0)
			break;
		if (*word != '2')
			return false;
		n++;
	}
	return n >= (closing ? 1 : 2);
}

Test(verdicts, no_peer_is_stricter_and_the_lawful_is_served)
{
	for (size_t i = 0; i < n_http_cases; i++) {
		const struct http_case *c = &http_cases[i];
		const struct row *row = row_of(c);
		bool closing = c->kind == CASE_CLOSING, served;

		if (c->kind == CASE_SWEEP)
			continue;
		served = is_served(row->verdict[OURS], closing);
		cr_expect_eq(served, c->kind == CASE_LAWFUL || closing, "%s", c->name);
		for (int k = 0; k < PEERS; k++)
			cr_expect(!served || is_served(row->verdict[k], closing) ||
					  has_reason(peers[k], c->name, "served"),
				  "%s refuses it and we do not: %s", peers[k], c->name);
	}
}

Test(verdicts, every_row_has_its_case)
{
	cr_assert_eq(n_rows, n_http_cases);
}

/* Everything until the server closes; in is NUL-terminated. */
static void read_all(int fd, char *in, size_t size)
{
	size_t got = 0;
	ssize_t n;

	do {
		n = recv(fd, in + got, size - 1 - got, 0);
		got += n > 0 ? (size_t)n : 0;
	} while (n > 0 && got < size - 1);
	in[got] = '\0';
}

static bool is_served_now(const struct http_case *c, unsigned char byte)
{
	const char *hole = memmem(c->bytes, c->len, HTTP_CASE_HOLE, strlen(HTTP_CASE_HOLE));
	const char *rest = hole + strlen(HTTP_CASE_HOLE);
	struct arena *arena = arena_new(1 << 16);
	struct strbuf out = strbuf_new(arena);
	int fd = raw_connect(edge_port(edge));
	char in[8192];

	strbuf_add(&out, c->bytes, (size_t)(hole - c->bytes));
	strbuf_add_char(&out, (char)byte);
	strbuf_add(&out, rest, (size_t)(c->bytes + c->len - rest));
	strbuf_add_c(&out, LAST);
	raw_send(fd, out.ptr, out.len);
	arena_free(&arena);
	shutdown(fd, SHUT_WR);
	read_all(fd, in, sizeof in);
	close(fd);
	return !strstr(in, "HTTP/1.1 4") && !strstr(in, "HTTP/1.1 5") && strstr(in, "GET /last 0 ");
}

/* "09 20-7e" as a set. */
static void read_set(const char *text, bool set[256])
{
	memset(set, 0, 256 * sizeof set[0]);
	for (const char *word = text; *word; word += strcspn(word, " "), word += *word == ' ') {
		char *end;
		unsigned long first = strtoul(word, &end, 16);
		unsigned long last = *end == '-' ? strtoul(end + 1, NULL, 16) : first;

		for (unsigned long byte = first; end > word && byte <= last; byte++)
			set[byte] = true;
	}
}

static void check_sweep(const struct http_case *c)
{
	const struct row *row = row_of(c);
	bool recorded[PEERS + 1][256];

	for (int k = 0; k <= PEERS; k++)
		read_set(row->verdict[k], recorded[k]);
	for (unsigned byte = 0; byte < 256; byte++) {
		bool served = is_served_now(c, (unsigned char)byte);

		cr_expect_eq(served, recorded[OURS][byte], "%s: %02x is not as on record", c->name,
			     byte);
		for (int k = 0; k < PEERS; k++)
			cr_expect(!served || recorded[k][byte], "%s: %02x is refused by %s",
				  c->name, byte, peers[k]);
	}
}

Test(verdicts, every_byte_in_every_place_is_taken_by_all_or_refused)
{
	size_t n = 0;

	for (size_t i = 0; i < n_http_cases; i++) {
		if (http_cases[i].kind == CASE_SWEEP) {
			check_sweep(&http_cases[i]);
			n++;
		}
	}
	cr_assert_geq(n, 50);
}
