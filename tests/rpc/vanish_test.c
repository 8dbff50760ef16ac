/* Peers that go in the middle of nng's opening handshake, which must cost nobody else a connection.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fixture.h"

#define VISITS 3000

TestSuite(rpc_vanish, .init = fixture_up, .fini = fixture_down, .timeout = 60);

static struct sockaddr_un address_of(const char *url)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strncpy(address.sun_path, url + strlen("ipc://"), sizeof address.sun_path - 1);
	return address;
}

/* Connects and is gone before a word was said. */
static void visit(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert(fd >= 0);
	WAIT_UNTIL(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0, 5000);
	close(fd);
}

Test(rpc_vanish, a_server_outlives_clients_that_leave_at_once)
{
	const char *const urls[] = {socket_url(0)};
	const struct sockaddr_un address = address_of(urls[0]);
	struct rpc_server *server = start_server(urls[0]);
	struct rpc_client *client;

	for (int i = 0; i < VISITS; i++)
		visit(&address);
	client = start_client(urls, 1);
	cr_assert(rpc_client_wait(client, "peer", 1, 10000), "the server accepts no more");
	cr_assert(is_ok(call_status(client, &echo, 5000)));
	rpc_client_free(&client);
	rpc_server_free(&server);
}

struct flapping {
	struct sockaddr_un address;
	atomic_bool stop;
	atomic_int accepted;
};

/* A server that is always just dying: it listens, takes a connection, closes all. */
static void *flap(void *arg)
{
	struct flapping *flapping = arg;

	while (!atomic_load(&flapping->stop)) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;
		struct pollfd waiting = {.fd = fd, .events = POLLIN};

		unlink(flapping->address.sun_path);
		if (bind(fd, (struct sockaddr *)&flapping->address, sizeof flapping->address) ==
			    0 &&
		    listen(fd, 16) == 0 && poll(&waiting, 1, 100) == 1) {
			/* Every second one is not even accepted. */
			peer = atomic_fetch_add(&flapping->accepted, 1) % 2 ? accept(fd, NULL, NULL)
									    : -1;
			if (peer >= 0)
				close(peer);
		}
		close(fd);
	}
	unlink(flapping->address.sun_path);
	return NULL;
}

Test(rpc_vanish, a_client_outlives_servers_that_leave_at_once)
{
	const char *const urls[] = {socket_url(0)};
	struct flapping flapping = {.address = address_of(urls[0])};
	const struct rpc_peer peer = {.daemon = "peer", .urls = urls, .n_urls = 1};
	const struct rpc_client_config config = {.daemon = "test", .peers = &peer, .n_peers = 1};
	struct rpc_client *client = NULL;
	struct rpc_server *server;
	pthread_t thread;

	cr_assert(is_ok(rpc_client_new(&config, &client)));
	cr_assert_eq(pthread_create(&thread, NULL, flap, &flapping), 0);
	WAIT_UNTIL(atomic_load(&flapping.accepted) >= 12, 30000);
	atomic_store(&flapping.stop, true);
	pthread_join(thread, NULL);
	server = start_server(urls[0]);
	cr_assert(rpc_client_wait(client, "peer", 1, 10000), "the client dials no more");
	cr_assert(is_ok(call_status(client, &echo, 5000)));
	rpc_client_free(&client);
	rpc_server_free(&server);
}
