#include "cutter.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct cutter {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	enum cutter_direction direction;
	size_t left; /* bytes until the cut */
	bool armed;
	/* The thread's own. */
	char server_path[108];
	int listener;
	int wake[2];
	int ends[2]; /* of the client and of the server; -1: no connection */
};

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	return address;
}

static void hang_up(struct cutter *cutter)
{
	for (int i = 0; i < 2; i++) {
		if (cutter->ends[i] >= 0)
			close(cutter->ends[i]);
		cutter->ends[i] = -1;
	}
}

static void take_call(struct cutter *cutter)
{
	struct sockaddr_un address = address_of(cutter->server_path);

	cutter->ends[0] = accept4(cutter->listener, NULL, NULL, SOCK_CLOEXEC);
	cutter->ends[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(cutter->ends[1], (struct sockaddr *)&address, sizeof address) != 0)
		hang_up(cutter);
}

/* How many of n bytes pass; *cut when the wire ends there. */
static size_t pass(struct cutter *cutter, enum cutter_direction direction, size_t n, bool *cut)
{
	pthread_mutex_lock(&cutter->lock);
	*cut = cutter->armed && cutter->direction == direction && n >= cutter->left;
	if (*cut) {
		n = cutter->left;
		cutter->armed = false;
	} else if (cutter->armed && cutter->direction == direction) {
		cutter->left -= n;
	}
	pthread_mutex_unlock(&cutter->lock);
	return n;
}

static void carry(struct cutter *cutter, enum cutter_direction direction)
{
	int from = cutter->ends[direction], to = cutter->ends[!direction];
	char bytes[65536];
	ssize_t n = recv(from, bytes, sizeof bytes, 0);
	bool cut = false;

	if (n > 0) {
		size_t len = pass(cutter, direction, (size_t)n, &cut);

		if (len && send(to, bytes, len, MSG_NOSIGNAL) != (ssize_t)len)
			cut = true;
	}
	if (n <= 0 || cut)
		hang_up(cutter);
}

static void *run(void *arg)
{
	struct cutter *cutter = arg;

	for (;;) {
		bool busy = cutter->ends[0] >= 0;
		struct pollfd ready[] = {{cutter->wake[0], POLLIN, 0},
					 {busy ? -1 : cutter->listener, POLLIN, 0},
					 {cutter->ends[0], POLLIN, 0},
					 {cutter->ends[1], POLLIN, 0}};

		poll(ready, 4, -1);
		if (ready[0].revents)
			break;
		if (ready[1].revents)
			take_call(cutter);
		if (ready[2].revents)
			carry(cutter, TO_SERVER);
		if (ready[3].revents && cutter->ends[1] >= 0)
			carry(cutter, TO_CLIENT);
	}
	hang_up(cutter);
	return NULL;
}

struct cutter *cutter_new(const char *listen_path, const char *server_path)
{
	struct sockaddr_un address = address_of(listen_path);
	struct cutter *cutter = calloc(1, sizeof *cutter);

	if (!cutter || pipe2(cutter->wake, O_CLOEXEC) != 0)
		abort();
	snprintf(cutter->server_path, sizeof cutter->server_path, "%s", server_path);
	cutter->ends[0] = cutter->ends[1] = -1;
	pthread_mutex_init(&cutter->lock, NULL);
	cutter->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(cutter->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(cutter->listener, 8) != 0 ||
	    pthread_create(&cutter->thread, NULL, run, cutter) != 0)
		abort();
	return cutter;
}

void cutter_free(struct cutter **cutter_ref)
{
	struct cutter *cutter = *cutter_ref;

	close(cutter->wake[1]);
	pthread_join(cutter->thread, NULL);
	close(cutter->wake[0]);
	close(cutter->listener);
	pthread_mutex_destroy(&cutter->lock);
	free(cutter);
	*cutter_ref = NULL;
}

void cutter_arm(struct cutter *cutter, enum cutter_direction direction, size_t n)
{
	pthread_mutex_lock(&cutter->lock);
	cutter->direction = direction;
	cutter->left = n;
	cutter->armed = true;
	pthread_mutex_unlock(&cutter->lock);
}

bool cutter_has_cut(struct cutter *cutter)
{
	bool armed;

	pthread_mutex_lock(&cutter->lock);
	armed = cutter->armed;
	pthread_mutex_unlock(&cutter->lock);
	return !armed;
}
