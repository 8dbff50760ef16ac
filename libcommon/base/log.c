#include "base/log.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/log_out.h"

#define LINE_USUAL 1024

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static const char *daemon_name = "aegis";
static _Atomic enum log_level least = LOG_INFO;
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

void log_set_fd(int fd)
{
	log_out_set_fd(fd);
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
	case LOG_KV_INT: strbuf_add_i64(line, kv->i); break;
	case LOG_KV_UINT: strbuf_add_u64(line, kv->u); break;
	case LOG_KV_DOUBLE: strbuf_printf(line, isfinite(kv->d) ? "%.6g" : "null", kv->d); break;
	case LOG_KV_BOOL: strbuf_add_c(line, kv->b ? "true" : "false"); break;
	case LOG_KV_UUID:
		uuid_format(id, kv->id);
		strbuf_add_json(line, str_of(id));
		break;
	}
}

static void add_key(struct strbuf *line, const char *key)
{
	strbuf_add(line, ",\"", 2);
	strbuf_add_c(line, key);
	strbuf_add(line, "\":", 2);
}

static void add_member(struct strbuf *line, const char *key, const char *value)
{
	if (!value)
		return;
	add_key(line, key);
	strbuf_add_json(line, str_of(value));
}

static void format_json(struct strbuf *line, enum log_level level, const char *msg,
			const struct log_kv *kvs, size_t n)
{
	char ts[INSTANT_TEXT];

	instant_format(ts, instant_now());
	strbuf_reserve(line, LINE_USUAL);
	strbuf_add_c(line, "{\"ts\":\"");
	strbuf_add_c(line, ts);
	strbuf_add_c(line, "\",\"level\":\"");
	strbuf_add_c(line, level_names[level]);
	strbuf_add_char(line, '"');
	add_member(line, "daemon", daemon_name);
	add_member(line, "msg", msg);
	add_member(line, "request_id", context.request_id);
	add_member(line, "tenant", context.tenant);
	add_member(line, "method", context.method);
	for (size_t i = 0; i < n; i++) {
		add_key(line, kvs[i].key);
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

static pthread_key_t arena_key;
static pthread_once_t arena_key_made = PTHREAD_ONCE_INIT;

static void free_line_arena(void *arena)
{
	arena_free(&(struct arena *){arena});
}

static void make_arena_key(void)
{
	if (pthread_key_create(&arena_key, free_line_arena) != 0)
		abort();
}

/* One a thread, so that a line costs no allocation. */
static struct arena *line_arena(void)
{
	struct arena *arena;

	pthread_once(&arena_key_made, make_arena_key);
	arena = pthread_getspecific(arena_key);
	if (!arena) {
		arena = arena_new((size_t)64 * 1024);
		pthread_setspecific(arena_key, arena);
	}
	return arena;
}

void log_write(enum log_level level, const char *msg, const struct log_kv *kvs, size_t n)
{
	struct arena *arena;
	struct strbuf line;

	if (level < least)
		return;
	arena = line_arena();
	line = strbuf_new(arena);
	if (log_out_is_terminal())
		format_text(&line, level, msg, kvs, n);
	else
		format_json(&line, level, msg, kvs, n);
	log_out((struct str){line.ptr, line.len}, level >= LOG_WARN);
	arena_reset(arena, false);
}
