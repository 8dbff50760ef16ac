#include "smtp_sink.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct smtp_sink {
	pthread_t thread;
	pthread_mutex_t lock;
	int listener;
	char url[64];
	int answer;
	int count;
	char from[512];
	char last[65536];
};

static void say(FILE *peer, const char *line)
{
	fprintf(peer, "%s\r\n", line);
	fflush(peer);
}

static void take_data(struct smtp_sink *sink, FILE *peer)
{
	bool whole = false;
	char line[4096];

	say(peer, "354 go on");
	pthread_mutex_lock(&sink->lock);
	sink->last[0] = '\0';
	while (fgets(line, sizeof line, peer) && !(whole = strcmp(line, ".\r\n") == 0)) {
		char *soft = strstr(line, "=\r\n");

		/* A soft line break of quoted-printable is no break. */
		if (soft)
			*soft = '\0';
		if (strlen(sink->last) + strlen(line) < sizeof sink->last)
			strcat(sink->last, line);
	}
	sink->count += whole;
	pthread_mutex_unlock(&sink->lock);
	say(peer, "250 kept");
}

static void converse(struct smtp_sink *sink, FILE *peer)
{
	char line[4096], answer[32];

	say(peer, "220 sink");
	while (fgets(line, sizeof line, peer)) {
		if (strncmp(line, "MAIL", 4) == 0) {
			pthread_mutex_lock(&sink->lock);
			snprintf(sink->from, sizeof sink->from, "%.500s", line);
			pthread_mutex_unlock(&sink->lock);
			say(peer, "250 sink");
		} else if (strncmp(line, "RCPT", 4) == 0) {
			pthread_mutex_lock(&sink->lock);
			snprintf(answer, sizeof answer, "%d as told", sink->answer);
			pthread_mutex_unlock(&sink->lock);
			say(peer, answer);
		} else if (strncmp(line, "DATA", 4) == 0) {
			take_data(sink, peer);
		} else if (strncmp(line, "QUIT", 4) == 0) {
			say(peer, "221 bye");
			return;
		} else {
			say(peer, "250 sink");
		}
	}
}

static void *serve(void *arg)
{
	struct smtp_sink *sink = arg;
	int fd;

	while ((fd = accept(sink->listener, NULL, NULL)) >= 0) {
		FILE *peer = fdopen(fd, "r+");

		if (!peer)
			abort();
		setvbuf(peer, NULL, _IOLBF, 0);
		converse(sink, peer);
		fclose(peer);
	}
	return NULL;
}

struct smtp_sink *smtp_sink_start(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct smtp_sink *sink = calloc(1, sizeof *sink);
	socklen_t len = sizeof address;

	if (!sink)
		abort();
	pthread_mutex_init(&sink->lock, NULL);
	sink->answer = 250;
	sink->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(sink->listener, (struct sockaddr *)&address, len) != 0 ||
	    listen(sink->listener, 16) != 0 ||
	    getsockname(sink->listener, (struct sockaddr *)&address, &len) != 0)
		abort();
	snprintf(sink->url, sizeof sink->url, "smtp://127.0.0.1:%d", ntohs(address.sin_port));
	pthread_create(&sink->thread, NULL, serve, sink);
	return sink;
}

void smtp_sink_stop(struct smtp_sink *sink)
{
	shutdown(sink->listener, SHUT_RDWR);
	pthread_join(sink->thread, NULL);
	close(sink->listener);
	pthread_mutex_destroy(&sink->lock);
	free(sink);
}

const char *smtp_sink_url(const struct smtp_sink *sink)
{
	return sink->url;
}

void smtp_sink_answer(struct smtp_sink *sink, int code)
{
	pthread_mutex_lock(&sink->lock);
	sink->answer = code;
	pthread_mutex_unlock(&sink->lock);
}

int smtp_sink_count(struct smtp_sink *sink)
{
	int count;

	pthread_mutex_lock(&sink->lock);
	count = sink->count;
	pthread_mutex_unlock(&sink->lock);
	return count;
}

const char *smtp_sink_last(struct smtp_sink *sink)
{
	return sink->last;
}

const char *smtp_sink_from(struct smtp_sink *sink)
{
	return sink->from;
}
