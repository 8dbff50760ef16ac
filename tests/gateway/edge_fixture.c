#include "gateway/edge_fixture.h"

#include <criterion/criterion.h>
#include <unistd.h>

struct edge *edge;

void edge_up(struct edge_config config)
{
	edge = edge_server_start(&config);
}

void edge_down(void)
{
	edge_server_release_held();
	edge_free(&edge);
}

void send_text(int fd, const char *text)
{
	raw_send(fd, text, strlen(text));
}

int get(int fd, const char *bytes)
{
	struct raw_answer answer;
	int status;

	send_text(fd, bytes);
	answer = raw_read(fd, false);
	status = answer.status;
	raw_answer_free(&answer);
	return status;
}

void wait_until_held(unsigned n)
{
	instant give_up = instant_monotonic() + SECONDS(10);

	while (edge_server_held() < n) {
		cr_assert_lt(instant_monotonic(), give_up);
		usleep(1000);
	}
}
