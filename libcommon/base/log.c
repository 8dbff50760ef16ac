#include "base/log.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/instant.h"

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static const char *daemon_name = "aegis";
static _Atomic enum log_level least = LOG_INFO;
static _Atomic int fd = STDERR_FILENO;
static _Thread_local struct log_context context;

void log_init(const char *name, enum log_level level)
{
	daemon_name = name;
	least = level;
}

void log_set_level(enum log_level level)
{
	least = level;
}

void log_set_fd(int new_fd)
{
	fd = new_fd;
}

void log_set_context(const struct log_context *ctx)
{
	context = ctx ? *ctx : (struct log_context){};
}

bool log_level_parse(const char *name, enum log_level *out)
{
	for (unsigned i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
		if (strcmp(level_names[i], name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void add_value(struct strbuf *line, const struct log_kv *kv)
{
	char id[UUID_TEXT];

	switch (kv->kind) {
	case LOG_KV_STR:
		if (kv->s.ptr)
			strbuf_add_json(line, kv->s);
		else
			strbuf_add_c(line, "null");
		break;
	case LOG_KV_INT: strbuf_printf(line, "%lld", (long long)kv->i); break;
	case LOG_KV_UINT: strbuf_printf(line, "%llu", (unsigned long long)kv->u); break;
	case LOG_KV_DOUBLE: strbuf_printf(line, isfinite(kv->d) ? "%.6g" : "null", kv->d); break;
	case LOG_KV_BOOL: strbuf_add_c(line, kv->b ? "true" : "false"); break;
	case LOG_KV_UUID:
		uuid_format(id, kv->id);
		strbuf_printf(line, "\"%s\"", id);
		break;
	}
}

static void add_member(struct strbuf *line, const char *key, const char *value)
{
	if (!value)
		return;
	strbuf_printf(line, ",\"%s\":", key);
	strbuf_add_json(line, str_of(value));
}

static void format_json(struct strbuf *line, enum log_level level, const char *msg,
			const struct log_kv *kvs, size_t n)
{
	char ts[INSTANT_TEXT];

	instant_format(ts, instant_now());
	strbuf_printf(line, "{\"ts\":\"%s\",\"level\":\"%s\"", ts, level_names[level]);
	add_member(line, "daemon", daemon_name);
	add_member(line, "msg", msg);
	add_member(line, "request_id", context.request_id);
	add_member(line, "tenant", context.tenant);
	add_member(line, "method", context.method);
	for (size_t i = 0; i < n; i++) {
		strbuf_printf(line, ",\"%s\":", kvs[i].key);
		add_value(line, &kvs[i]);
	}
	strbuf_add_c(line, "}\n");
}

static void format_text(struct strbuf *line, enum log_level level, const char *msg,
			const struct log_kv *kvs, size_t n)
{
	char ts[INSTANT_TEXT];

	instant_format(ts, instant_now());
	strbuf_printf(line, "%.19s %-5s %s: %s", ts, level_names[level], daemon_name, msg);
	for (size_t i = 0; i < n; i++) {
		strbuf_printf(line, " %s=", kvs[i].key);
		add_value(line, &kvs[i]);
	}
	if (context.request_id)
		strbuf_printf(line, " request_id=%s", context.request_id);
	strbuf_add_char(line, '\n');
}

void log_write(enum log_level level, const char *msg, const struct log_kv *kvs, size_t n)
{
	struct arena *arena;
	struct strbuf line;
	ssize_t written;

	if (level < least)
		return;
	arena = arena_new(64 * 1024);
	line = strbuf_new(arena);
	if (isatty(fd))
		format_text(&line, level, msg, kvs, n);
	else
		format_json(&line, level, msg, kvs, n);
	/* A full or closed log must not stop the daemon: the line is lost. */
	written = write(fd, line.ptr, line.len);
	(void)written;
	arena_free(&arena);
}
