/*
 * Somebody else on the machine.  A program of its own, for nng bears no fork.
 *
 *   other_user UID serve URL STOLEN            listens as if it were auth, writes down what comes
 *   other_user UID call URL SECRETS KEYRINGS   signs in at auth with the gateway's key
 *
 * Prints a line when it listens, or the reason of the answer ("OK").
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attack/sign_in.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "rpc/server.h"

static void die(const char *what)
{
	fprintf(stderr, "other_user: %s\n", what);
	exit(EXIT_FAILURE);
}

static void steal(struct rpc_request *request, void *stolen)
{
	const struct rpc_reply_header ok = {};
	int fd = open(stolen, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (write(fd, request->payload.ptr, request->payload.len) < 0)
		die("what was stolen cannot be kept");
	close(fd);
	rpc_reply(request, &ok, (struct str){});
}

static void serve(const char *url, char *stolen)
{
	const struct rpc_server_config config = {
		.urls = &url, .n_urls = 1, .ipc_mode = 0666, .on_request = steal, .arg = stolen};
	struct rpc_server *server;

	if (is_failed(rpc_server_new(&config, &server)))
		die("the socket cannot be bound");
	puts("listening");
	fflush(stdout);
	for (;;)
		pause();
}

static void call(const char *url, const char *secrets, const char *keyrings)
{
	char reason[SIGN_IN_REASON];
	struct keyring *keys;

	if (is_failed(keyring_open(keyrings, "gateway", &keys)) ||
	    !keyring_newest(keys, KEY_SERVICE))
		die("no key was stolen");
	sign_in(url, secrets, keyring_newest(keys, KEY_SERVICE), reason);
	puts(reason);
	keyring_free(&keys);
}

int main(int argc, char **argv)
{
	unsigned uid;

	if (argc < 5)
		die("usage: other_user UID serve URL STOLEN | UID call URL SECRETS KEYRINGS");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	uid = (unsigned)strtoul(argv[1], NULL, 10);
	if (setgid(uid) != 0 || setuid(uid) != 0)
		die("only root can be another user");
	crypto_init();
	if (strcmp(argv[2], "serve") == 0)
		serve(argv[3], argv[4]);
	else if (argc == 6)
		call(argv[3], argv[4], argv[5]);
	return 0;
}
