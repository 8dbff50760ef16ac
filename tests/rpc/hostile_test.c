#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <stdlib.h>

#include "crypto/random.h"
#include "fixture.h"

TestSuite(rpc_hostile, .init = fixture_up, .fini = fixture_down);

static nng_socket raw_client(void)
{
	nng_socket sock;

	cr_assert_eq(nng_req0_open(&sock), 0);
	nng_socket_set_ms(sock, NNG_OPT_RECVTIMEO, 2000);
	nng_socket_set_ms(sock, NNG_OPT_SENDTIMEO, 2000);
	nng_socket_set_ms(sock, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
	cr_assert_eq(nng_dial(sock, socket_url(0), NULL, 0), 0);
	return sock;
}

/* Sends bytes as a frame; the reply's code, or -1 when the connection broke. */
static int code_of(nng_socket sock, const void *bytes, size_t len)
{
	struct arena *arena = arena_new(1 << 16);
	struct rpc_reply_header header;
	struct str payload;
	void *reply;
	size_t reply_len;
	int code = -1;

	if (nng_send(sock, (void *)(uintptr_t)bytes, len, 0) == 0 &&
	    nng_recv(sock, &reply, &reply_len, NNG_FLAG_ALLOC) == 0) {
		if (is_ok(rpc_reply_frame_read(arena, (struct str){reply, reply_len}, &header,
					       &payload)))
			code = (int)header.status.code;
		nng_free(reply, reply_len);
	}
	arena_free(&arena);
	return code;
}

Test(rpc_hostile, bytes_that_are_no_frame_are_answered_and_forgotten)
{
	struct rpc_server *server = start_server(socket_url(0));
	nng_socket sock = raw_client();
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
	nng_close(sock);
	rpc_server_free(&server);
}

Test(rpc_hostile, an_over_size_message_costs_its_sender_the_connection_alone)
{
	const char *const urls[] = {socket_url(0)};
	struct rpc_server *server = start_server(socket_url(0));
	struct rpc_client *client = start_client(urls, 1);
	nng_socket sock = raw_client();
	uint8_t *bytes = calloc(1, RPC_MESSAGE_MAX + 1024);

	cr_assert_eq(code_of(sock, bytes, RPC_MESSAGE_MAX + 1024), -1);
	cr_assert(is_ok(call_status(client, &echo, 3000)));
	cr_assert_eq(atomic_load(executed), 1);
	free(bytes);
	nng_close(sock);
	rpc_client_free(&client);
	rpc_server_free(&server);
}

Test(rpc_hostile, a_ping_needs_no_token_and_reaches_no_handler)
{
	struct rpc_server *server = start_server(socket_url(0));
	nng_socket sock = raw_client();

	cr_assert_eq(code_of(sock, "\0\0\0\0", 4), STATUS_OK);
	cr_assert_eq(atomic_load(executed), 0);
	nng_close(sock);
	rpc_server_free(&server);
}
