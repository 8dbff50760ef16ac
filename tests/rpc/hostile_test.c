#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "crypto/random.h"
#include "fixture.h"
#include "rpc/frame.h"

TestSuite(rpc_hostile, .init = fixture_up, .fini = fixture_down);

static int raw_connection(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 2};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, socket_url(0) + strlen("ipc://"), sizeof address.sun_path - 1);
	cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), 0);
	return fd;
}

static bool send_all(int fd, const void *bytes, size_t len)
{
	for (const char *at = bytes; len > 0;) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool receive_all(int fd, void *bytes, size_t len)
{
	for (char *at = bytes; len > 0;) {
		ssize_t n = recv(fd, at, len, 0);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static int raw_client(void)
{
	char greeting[FRAME_GREETING_LEN];
	int fd = raw_connection();

	cr_assert(receive_all(fd, greeting, sizeof greeting));
	cr_assert_eq(memcmp(greeting, FRAME_GREETING, sizeof greeting), 0);
	cr_assert(send_all(fd, FRAME_GREETING, FRAME_GREETING_LEN));
	return fd;
}

static bool send_prefix(int fd, uint32_t len, uint32_t call)
{
	uint8_t prefix[FRAME_PREFIX];

	memcpy(prefix, &len, sizeof len);
	memcpy(prefix + 4, &call, sizeof call);
	return send_all(fd, prefix, sizeof prefix);
}

/* The code of the answer to a call, or -1 when the connection broke. */
static int answer_to(int fd, uint32_t call)
{
	struct arena *arena = arena_new(1 << 16);
	struct rpc_reply_header header;
	uint32_t prefix[2];
	struct str payload;
	int code = -1;

	if (receive_all(fd, prefix, sizeof prefix)) {
		struct str body = {arena_alloc(arena, prefix[0]), prefix[0]};

		cr_assert_eq(prefix[1], call);
		if (receive_all(fd, (char *)(uintptr_t)body.ptr, body.len) &&
		    is_ok(rpc_reply_frame_read(arena, body, &header, &payload)))
			code = (int)header.status.code;
	}
	arena_free(&arena);
	return code;
}

/* Sends bytes as a frame; the reply's code, or -1 when the connection broke. */
static int code_of(int fd, const void *bytes, size_t len)
{
	static uint32_t call;

	call++;
	if (!send_prefix(fd, (uint32_t)len, call) || !send_all(fd, bytes, len))
		return -1;
	return answer_to(fd, call);
}

Test(rpc_hostile, bytes_that_are_no_frame_are_answered_and_forgotten)
{
	struct rpc_server *server = start_server(socket_url(0));
	int sock = raw_client();
	uint8_t junk[300];

	cr_assert_eq(code_of(sock, "", 0), STATUS_INVALID_ARGUMENT);
	cr_assert_eq(code_of(sock, "\xff\xff\xff\xff", 4), STATUS_INVALID_ARGUMENT);
	cr_assert_eq(code_of(sock, "\x05\0\0\0abc", 7), STATUS_INVALID_ARGUMENT);
	/* A header whose request_id is no UTF-8. */
	cr_assert_eq(code_of(sock, "\x03\0\0\0\x12\x01\xff", 7), STATUS_INVALID_ARGUMENT);
	/* A tenant of one byte. */
	cr_assert_eq(code_of(sock, "\x03\0\0\0\x3a\x01x", 7), STATUS_INVALID_ARGUMENT);
	for (int i = 0; i < 500; i++) {
		int code;

		crypto_random(junk, sizeof junk);
		junk[0] = (uint8_t)(i % 64);
		junk[1] = junk[2] = junk[3] = 0;
		code = code_of(sock, junk, sizeof junk);
		cr_assert(code == STATUS_INVALID_ARGUMENT || code == STATUS_UNIMPLEMENTED ||
				  code == STATUS_DEADLINE_EXCEEDED || code == STATUS_OK,
			  "%d", code);
	}
	close(sock);
	rpc_server_free(&server);
}

Test(rpc_hostile, an_over_size_message_costs_its_sender_the_connection_alone)
{
	const char *const urls[] = {socket_url(0)};
	struct rpc_server *server = start_server(socket_url(0));
	struct rpc_client *client = start_client(urls, 1);
	int sock = raw_client();
	uint8_t *bytes = calloc(1, RPC_MESSAGE_MAX + 1024);

	cr_assert_eq(code_of(sock, bytes, RPC_MESSAGE_MAX + 1024), -1);
	cr_assert(is_ok(call_status(client, &echo, 3000)));
	cr_assert_eq(atomic_load(executed), 1);
	free(bytes);
	close(sock);
	rpc_client_free(&client);
	rpc_server_free(&server);
}

Test(rpc_hostile, a_ping_needs_no_token_and_reaches_no_handler)
{
	struct rpc_server *server = start_server(socket_url(0));
	int sock = raw_client();

	cr_assert_eq(code_of(sock, "\0\0\0\0", 4), STATUS_OK);
	cr_assert_eq(atomic_load(executed), 0);
	close(sock);
	rpc_server_free(&server);
}

/* True when the server ended the connection. */
static bool is_hung_up_on(int fd)
{
	char byte;
	ssize_t n;

	do
		n = recv(fd, &byte, 1, 0);
	while (n > 0);
	return n == 0 || errno == ECONNRESET;
}

Test(rpc_hostile, who_speaks_another_protocol_is_hung_up_on)
{
	static const char *const words[] = {"GET / HTTP/1.1\r\n\r\n", "AEGRPC2\n", "A\n",
					    "\0SP\0\0\60\0\0"};
	const char *const urls[] = {socket_url(0)};
	struct rpc_server *server = start_server(socket_url(0));
	struct rpc_client *client = start_client(urls, 1);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		int fd = raw_connection();

		cr_assert(send_all(fd, words[i], i == 3 ? 8 : strlen(words[i])));
		cr_assert(is_hung_up_on(fd), "%zu", i);
		close(fd);
	}
	cr_assert(is_ok(call_status(client, &echo, 3000)));
	rpc_client_free(&client);
	rpc_server_free(&server);
}

Test(rpc_hostile, frames_may_come_byte_by_byte_and_many_at_once)
{
	struct rpc_server *server = start_server(socket_url(0));
	uint8_t many[100][FRAME_PREFIX + 4] = {};
	int sock = raw_client();

	for (uint32_t i = 0; i < 100; i++) {
		many[i][0] = 4;
		memcpy(&many[i][4], &i, sizeof i);
	}
	for (size_t n = 0; n < sizeof many[0]; n++)
		cr_assert(send_all(sock, &many[0][n], 1));
	cr_assert_eq(answer_to(sock, 0), STATUS_OK);
	cr_assert(send_all(sock, many[1], sizeof many - sizeof many[0]));
	for (uint32_t i = 1; i < 100; i++)
		cr_assert_eq(answer_to(sock, i), STATUS_OK);
	close(sock);
	rpc_server_free(&server);
}

#define STALLED_PAYLOAD ((size_t)200 * 1024)

/* It costs what it asked for, up to a bound, and nobody else anything. */
Test(rpc_hostile, who_does_not_read_answers_is_not_listened_to)
{
	const char *const urls[] = {socket_url(0)};
	struct rpc_server *server = start_server(socket_url(0));
	struct rpc_client *client = start_client(urls, 1);
	const struct rpc_header header = {.method_id = ECHO_ID};
	size_t len = rpc_header_size(&header) + STALLED_PAYLOAD;
	uint8_t *body = calloc(1, len);
	int sock = raw_client();
	uint32_t taken = 0;

	rpc_header_write(body, &header);
	while (taken < 1000 && send_prefix(sock, (uint32_t)len, taken) && send_all(sock, body, len))
		taken++;
	cr_assert_lt(taken, 100, "8 MiB of answers wait, and no more is read");
	cr_assert_gt(taken, 30);
	cr_assert(is_ok(call_status(client, &echo, 3000)));
	/* As soon as it reads, all is answered. */
	for (uint32_t i = 0; i < taken; i++)
		cr_assert_eq(answer_to(sock, i), STATUS_OK);
	free(body);
	close(sock);
	rpc_client_free(&client);
	rpc_server_free(&server);
}
