#include "smtp_sink.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DIALOGUES_MAX 512
#define REPLY_TEXT    128

struct dialogue {
	struct smtp_sink *sink;
	pthread_t thread;
	int fd;
};

struct smtp_sink {
	pthread_t thread;
	pthread_mutex_t lock;
	int listener;
	char url[64];
	char replies[SINK_STEPS][REPLY_TEXT];
	char only_for[REPLY_TEXT];
	char extension[REPLY_TEXT];
	int count, tries, logins, n_dialogues;
	struct dialogue dialogues[DIALOGUES_MAX];
	char from[512];
	char last[65536];
};

static void say(FILE *peer, const char *line)
{
	fprintf(peer, "%s\r\n", line);
	fflush(peer);
}

/* Until the other side, or the end of the test, closes the connection. */
static void hang(FILE *peer)
{
	char line[4096];

	while (fgets(line, sizeof line, peer))
		;
}

/* Says what the script, or else the usage, has for a step; false: the dialogue is over. */
static bool answer(struct smtp_sink *sink, FILE *peer, enum sink_step step, const char *line,
		   const char *usual)
{
	char reply[REPLY_TEXT];

	pthread_mutex_lock(&sink->lock);
	strcpy(reply, sink->replies[step]);
	if (step == SINK_RCPT && *sink->only_for && !strstr(line, sink->only_for))
		*reply = '\0';
	pthread_mutex_unlock(&sink->lock);
	if (strcmp(reply, SINK_DROPS) == 0)
		return false;
	if (strcmp(reply, SINK_HANGS) == 0) {
		hang(peer);
		return false;
	}
	say(peer, *reply ? reply : usual);
	return true;
}

static bool take_data(struct smtp_sink *sink, FILE *peer)
{
	char *text = calloc(1, sizeof sink->last);
	bool whole = false;
	char line[4096];

	while (text && fgets(line, sizeof line, peer) && !(whole = strcmp(line, ".\r\n") == 0)) {
		char *soft = strstr(line, "=\r\n");

		/* A soft line break of quoted-printable is no break. */
		if (soft)
			*soft = '\0';
		if (strlen(text) + strlen(line) < sizeof sink->last)
			strcat(text, line);
	}
	pthread_mutex_lock(&sink->lock);
	if (text)
		strcpy(sink->last, text);
	sink->count += whole && (!*sink->replies[SINK_END] || *sink->replies[SINK_END] == '2');
	pthread_mutex_unlock(&sink->lock);
	free(text);
	return whole && answer(sink, peer, SINK_END, "", "250 kept");
}

static bool is_taken(struct smtp_sink *sink, enum sink_step step)
{
	bool taken;

	pthread_mutex_lock(&sink->lock);
	taken = !*sink->replies[step] || sink->replies[step][0] == '3';
	pthread_mutex_unlock(&sink->lock);
	return taken;
}

static bool say_ehlo(struct smtp_sink *sink, FILE *peer, const char *line)
{
	char usual[REPLY_TEXT * 2] = "250 sink";

	pthread_mutex_lock(&sink->lock);
	if (*sink->extension)
		snprintf(usual, sizeof usual, "250-sink\r\n250-%s\r\n250 HELP", sink->extension);
	pthread_mutex_unlock(&sink->lock);
	return answer(sink, peer, SINK_EHLO, line, usual);
}

static bool take_line(struct smtp_sink *sink, FILE *peer, const char *line)
{
	if (strncmp(line, "EHLO", 4) == 0 || strncmp(line, "HELO", 4) == 0)
		return say_ehlo(sink, peer, line);
	if (strncmp(line, "STARTTLS", 8) == 0)
		return answer(sink, peer, SINK_STARTTLS, line, "454 none here");
	if (strncmp(line, "AUTH", 4) == 0) {
		pthread_mutex_lock(&sink->lock);
		sink->logins++;
		pthread_mutex_unlock(&sink->lock);
		return answer(sink, peer, SINK_AUTH, line, "334 ");
	}
	if (strncmp(line, "MAIL", 4) == 0) {
		pthread_mutex_lock(&sink->lock);
		snprintf(sink->from, sizeof sink->from, "%.500s", line);
		sink->tries++;
		pthread_mutex_unlock(&sink->lock);
		return answer(sink, peer, SINK_MAIL, line, "250 sink");
	}
	if (strncmp(line, "RCPT", 4) == 0)
		return answer(sink, peer, SINK_RCPT, line, "250 sink");
	if (strncmp(line, "DATA", 4) == 0)
		return answer(sink, peer, SINK_DATA, line, "354 go on") &&
		       (!is_taken(sink, SINK_DATA) || take_data(sink, peer));
	if (strncmp(line, "QUIT", 4) == 0) {
		(void)answer(sink, peer, SINK_QUIT, line, "221 bye");
		return false;
	}
	say(peer, strncmp(line, "*", 1) == 0 ? "501 broken off" : "235 as you say");
	return true;
}

static void *converse(void *arg)
{
	struct dialogue *dialogue = arg;
	struct smtp_sink *sink = dialogue->sink;
	FILE *peer = fdopen(dup(dialogue->fd), "r+");
	char line[4096];

	if (!peer)
		abort();
	setvbuf(peer, NULL, _IOLBF, 0);
	if (answer(sink, peer, SINK_GREETING, "", "220 sink"))
		while (fgets(line, sizeof line, peer) && take_line(sink, peer, line))
			;
	shutdown(dialogue->fd, SHUT_RDWR);
	fclose(peer);
	return NULL;
}

static void *serve(void *arg)
{
	struct smtp_sink *sink = arg;
	int fd;

	while ((fd = accept(sink->listener, NULL, NULL)) >= 0) {
		struct dialogue *dialogue = &sink->dialogues[sink->n_dialogues];

		if (sink->n_dialogues == DIALOGUES_MAX)
			abort();
		*dialogue = (struct dialogue){.sink = sink, .fd = fd};
		pthread_create(&dialogue->thread, NULL, converse, dialogue);
		pthread_mutex_lock(&sink->lock);
		sink->n_dialogues++;
		pthread_mutex_unlock(&sink->lock);
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
	sink->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(sink->listener, (struct sockaddr *)&address, len) != 0 ||
	    listen(sink->listener, 64) != 0 ||
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
	for (int i = 0; i < sink->n_dialogues; i++) {
		shutdown(sink->dialogues[i].fd, SHUT_RDWR);
		pthread_join(sink->dialogues[i].thread, NULL);
		close(sink->dialogues[i].fd);
	}
	pthread_mutex_destroy(&sink->lock);
	free(sink);
}

const char *smtp_sink_url(const struct smtp_sink *sink)
{
	return sink->url;
}

static void put(struct smtp_sink *sink, char text[REPLY_TEXT], const char *value)
{
	pthread_mutex_lock(&sink->lock);
	snprintf(text, REPLY_TEXT, "%s", value ? value : "");
	pthread_mutex_unlock(&sink->lock);
}

void smtp_sink_script(struct smtp_sink *sink, enum sink_step step, const char *reply)
{
	put(sink, sink->replies[step], reply);
}

void smtp_sink_answer(struct smtp_sink *sink, int code)
{
	char reply[32];

	snprintf(reply, sizeof reply, "%d as told", code);
	smtp_sink_script(sink, SINK_RCPT, code == 250 ? NULL : reply);
}

void smtp_sink_only_for(struct smtp_sink *sink, const char *word)
{
	put(sink, sink->only_for, word);
}

void smtp_sink_offer(struct smtp_sink *sink, const char *extension)
{
	put(sink, sink->extension, extension);
}

static int read_number(struct smtp_sink *sink, const int *number)
{
	int value;

	pthread_mutex_lock(&sink->lock);
	value = *number;
	pthread_mutex_unlock(&sink->lock);
	return value;
}

int smtp_sink_count(struct smtp_sink *sink)
{
	return read_number(sink, &sink->count);
}

int smtp_sink_dialogues(struct smtp_sink *sink)
{
	return read_number(sink, &sink->n_dialogues);
}

int smtp_sink_tries(struct smtp_sink *sink)
{
	return read_number(sink, &sink->tries);
}

int smtp_sink_logins(struct smtp_sink *sink)
{
	return read_number(sink, &sink->logins);
}

void smtp_sink_drop_all(struct smtp_sink *sink)
{
	pthread_mutex_lock(&sink->lock);
	for (int i = 0; i < sink->n_dialogues; i++)
		shutdown(sink->dialogues[i].fd, SHUT_RDWR);
	pthread_mutex_unlock(&sink->lock);
}

const char *smtp_sink_last(struct smtp_sink *sink)
{
	return sink->last;
}

const char *smtp_sink_from(struct smtp_sink *sink)
{
	return sink->from;
}
