#pragma once

/* An HTTP server in a thread that serves one text to whoever asks. */
struct file_server;

struct file_server *file_server_start(void);
void file_server_stop(struct file_server *server);
/* "http://127.0.0.1:<port>/list.csv" */
const char *file_server_url(const struct file_server *server);
/* What is served from now on, under this ETag ("" for none); status is usually 200. */
void file_server_serve(struct file_server *server, int status, const char *etag, const char *text);
/* Where the answers send the asker ("" for nowhere): the header Location. */
void file_server_send_to(struct file_server *server, const char *location);
/* Requests answered with 304 so far. */
int file_server_unchanged(struct file_server *server);
/* Requests so far. */
int file_server_requests(struct file_server *server);
/* Called in the server's thread before each answer; NULL: nothing. */
void file_server_before_answer(struct file_server *server, void (*hook)(void));
