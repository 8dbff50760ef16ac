#include "file_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct file_server {
	pthread_t thread;
	pthread_mutex_t lock;
	int listener;
	char url[64];
	int status;
	int unchanged;
	int requests;
	void (*hook)(void);
	char etag[32];
	char location[64];
	char *text;
};

static void answer(struct file_server *server, FILE *peer)
{
	char line[4096], wanted[128];
	int is_same = 0;

	pthread_mutex_lock(&server->lock);
	server->requests++;
	if (server->hook)
		server->hook();
	snprintf(wanted, sizeof wanted, "If-None-Match: %s\r\n", server->etag);
	while (fgets(line, sizeof line, peer) && strcmp(line, "\r\n") != 0)
		is_same |= *server->etag && strcmp(line, wanted) == 0;
	server->unchanged += is_same;
	fprintf(peer, "HTTP/1.1 %d X\r\nConnection: close\r\n", is_same ? 304 : server->status);
	if (*server->etag)
		fprintf(peer, "ETag: %s\r\n", server->etag);
	if (*server->location)
		fprintf(peer, "Location: %s\r\n", server->location);
	if (is_same)
		fputs("\r\n", peer);
	else
		fprintf(peer, "Content-Length: %zu\r\n\r\n%s", strlen(server->text), server->text);
	pthread_mutex_unlock(&server->lock);
}

static void *serve(void *arg)
{
	struct file_server *server = arg;
	int fd;

	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		FILE *peer = fdopen(fd, "r+");

		if (!peer)
			abort();
		answer(server, peer);
		fclose(peer);
	}
	return NULL;
}

struct file_server *file_server_start(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct file_server *server = calloc(1, sizeof *server);
	socklen_t len = sizeof address;

	if (!server)
		abort();
	pthread_mutex_init(&server->lock, NULL);
	server->status = 200;
	server->text = strdup("");
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, len) != 0 ||
	    listen(server->listener, 16) != 0 ||
	    getsockname(server->listener, (struct sockaddr *)&address, &len) != 0)
		abort();
	snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/list.csv",
		 ntohs(address.sin_port));
	pthread_create(&server->thread, NULL, serve, server);
	return server;
}

void file_server_stop(struct file_server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	pthread_mutex_destroy(&server->lock);
	free(server->text);
	free(server);
}

const char *file_server_url(const struct file_server *server)
{
	return server->url;
}

void file_server_serve(struct file_server *server, int status, const char *etag, const char *text)
{
	pthread_mutex_lock(&server->lock);
	server->status = status;
	snprintf(server->etag, sizeof server->etag, "%s", etag);
	free(server->text);
	server->text = strdup(text);
	if (!server->text)
		abort();
	pthread_mutex_unlock(&server->lock);
}

void file_server_send_to(struct file_server *server, const char *location)
{
	pthread_mutex_lock(&server->lock);
	snprintf(server->location, sizeof server->location, "%s", location);
	pthread_mutex_unlock(&server->lock);
}

int file_server_unchanged(struct file_server *server)
{
	int unchanged;

	pthread_mutex_lock(&server->lock);
	unchanged = server->unchanged;
	pthread_mutex_unlock(&server->lock);
	return unchanged;
}

int file_server_requests(struct file_server *server)
{
	int requests;

	pthread_mutex_lock(&server->lock);
	requests = server->requests;
	pthread_mutex_unlock(&server->lock);
	return requests;
}

void file_server_before_answer(struct file_server *server, void (*hook)(void))
{
	pthread_mutex_lock(&server->lock);
	server->hook = hook;
	pthread_mutex_unlock(&server->lock);
}
