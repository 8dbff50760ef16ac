#include "echo_server.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

atomic_int *executed;
atomic_int *first_pid;

bool map_counters(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, 4096) != 0)
		return false;
	executed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	first_pid = executed + 1;
	close(fd);
	return executed != MAP_FAILED;
}

static void *answer_echo(void *arg)
{
	struct rpc_request *request = arg;
	const struct rpc_reply_header ok = {};

	rpc_reply(request, &ok, request->payload);
	return NULL;
}

static void in_a_thread(struct rpc_request *request)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, answer_echo, request) != 0)
		abort();
	pthread_detach(thread);
}

static void answer_text(struct rpc_request *request, const char *text)
{
	const struct rpc_reply_header ok = {};

	rpc_reply(request, &ok, str_of(text));
}

static void answer_header(struct rpc_request *request)
{
	const struct rpc_header *h = &request->header;
	char text[512], tenant[UUID_TEXT];

	uuid_format(tenant, h->tenant);
	snprintf(text, sizeof text, "%s|%s|%s|%s|%s|%s|%s|%.*s", h->request_id, h->traceparent,
		 tenant, h->idempotency_key, h->client_addr, h->user_agent, h->accept_language,
		 STR_ARG(h->principal));
	answer_text(request, text);
}

static void answer_failure(struct rpc_request *request)
{
	static const struct field_error fields[] = {{"email", "TAKEN", "is in use"}};
	const struct rpc_reply_header failure = {.status = FAIL(MEMBER_EXISTS),
						 .fields = fields,
						 .n_fields = 1,
						 .retry_after_ms = 1500,
						 .detail = "try another"};

	rpc_reply(request, &failure, (struct str){});
}

static bool first_process(void)
{
	int none = 0, self = getpid();

	return atomic_compare_exchange_strong(first_pid, &none, self) || none == self;
}

static void answer_large(struct rpc_request *request)
{
	static char bytes[RPC_MESSAGE_MAX];
	const struct rpc_reply_header ok = {};

	rpc_reply(request, &ok, (struct str){bytes, sizeof bytes});
}

static void on_request(struct rpc_request *request, void *arg)
{
	char text[32];

	(void)arg;
	atomic_fetch_add(executed, 1);
	switch (request->header.method_id) {
	case ECHO_ID: answer_echo(request); break;
	case HANG_ID: break;
	case WHO_ID:
		snprintf(text, sizeof text, "%d", getpid());
		answer_text(request, text);
		break;
	case LATER_ID: in_a_thread(request); break;
	case LARGE_ID: answer_large(request); break;
	case HEADER_ID: answer_header(request); break;
	case FAIL_ID: answer_failure(request); break;
	case FIRST_HANGS_ID:
		if (!first_process())
			answer_text(request, "second");
		break;
	default: rpc_reply_status(request, FAIL(UNKNOWN_METHOD));
	}
}

struct status echo_server_new(const char *url, struct rpc_server **out)
{
	const struct rpc_server_config config = {
		.urls = &url, .n_urls = 1, .on_request = on_request};

	return rpc_server_new(&config, out);
}
