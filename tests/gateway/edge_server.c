#include "gateway/edge_server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

int raw_connect(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0, "%s",
		     strerror(errno));
	return fd;
}

void raw_send(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* One byte at a time up to the empty line: tests need no speed but exact limits. */
static size_t read_head(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && (n < 4 || memcmp(buf + n - 4, "\r\n\r\n", 4) != 0)) {
		struct pollfd ready = {fd, POLLIN, 0};

		if (poll(&ready, 1, 10000) != 1 || recv(fd, buf + n, 1, 0) != 1)
			return 0;
		n++;
	}
	return n;
}

struct raw_answer raw_read(int fd, bool head_only)
{
	static const char version[] = "HTTP/1.1 ";
	struct raw_answer answer = {};
	char buf[16384] = "";
	const char *length;
	size_t n = read_head(fd, buf, sizeof buf);

	if (n == 0 || strncmp(buf, version, sizeof version - 1) != 0)
		return answer;
	answer.status = (int)strtol(buf + sizeof version - 1, NULL, 10);
	answer.head = strndup(buf, n);
	length = raw_header(&answer, "Content-Length");
	answer.body_len = length && !head_only ? strtoul(length, NULL, 10) : 0;
	answer.body = calloc(1, answer.body_len + 1);
	for (size_t got = 0; got < answer.body_len;) {
		struct pollfd ready = {fd, POLLIN, 0};
		ssize_t more = poll(&ready, 1, 10000) == 1
				       ? recv(fd, answer.body + got, answer.body_len - got, 0)
				       : -1;

		cr_assert_gt(more, 0, "the body ends early");
		got += (size_t)more;
	}
	length = raw_header(&answer, "Connection");
	answer.closed_after = length && strcmp(length, "close") == 0;
	return answer;
}

void raw_answer_free(struct raw_answer *answer)
{
	free(answer->head);
	free(answer->body);
	*answer = (struct raw_answer){};
}

const char *raw_header(const struct raw_answer *answer, const char *name)
{
	static char value[4096];
	size_t len = strlen(name);

	for (const char *line = answer->head; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			snprintf(value, sizeof value, "%.*s", (int)strcspn(line + len + 2, "\r"),
				 line + len + 2);
			return value;
		}
	}
	return NULL;
}

bool raw_is_closed(int fd, int within_ms)
{
	struct pollfd ready = {fd, POLLIN, 0};
	char byte;

	return poll(&ready, 1, within_ms) == 1 && recv(fd, &byte, 1, 0) <= 0;
}
