/* echo_server URL COUNTERS: serves until it is killed. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "echo_server.h"

int main(int argc, char **argv)
{
	struct rpc_server *server;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc != 3 || !map_counters(argv[2]) || is_failed(echo_server_new(argv[1], &server))) {
		fprintf(stderr, "usage: echo_server URL COUNTERS\n");
		return 1;
	}
	for (;;)
		pause();
}
