#pragma once

/*
 * Structured log lines on standard error: one JSON object a line, or text when
 * standard error is a terminal.  Lines of several threads do not mix.  Values marked secret cannot
 * be logged: KV() has no case for struct secret, so it does not compile.
 *
 *   log_warn("session refused", KV("tenant", tenant_id), KV("attempts", 3));
 *
 * Whoever handles an error logs it, once.  No protected health information, no
 * credential, no request body ever goes into a value.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"
#include "base/uuid.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_kv {
	const char *key;
	enum { LOG_KV_STR, LOG_KV_INT, LOG_KV_UINT, LOG_KV_DOUBLE, LOG_KV_BOOL, LOG_KV_UUID } kind;
	union {
		struct str s;
		int64_t i;
		uint64_t u;
		double d;
		bool b;
		struct uuid id;
	};
};

/* A value that must never be printed: only code that needs the bytes unwraps it. */
struct secret {
	const uint8_t *ptr;
	size_t len;
};

/* name becomes the "daemon" member; level is the least that is written. */
void log_init(const char *name, enum log_level level);
void log_set_level(enum log_level level);
/* "debug", "info", "warn", "error". */
bool log_level_parse(const char *name, enum log_level *out);
/* For tests: lines go to this descriptor instead of standard error. */
void log_set_fd(int fd);

/*
 * Members that every line of this thread carries until cleared: set by the
 * dispatcher and the gateway around a call.  The strings must outlive it.
 */
struct log_context {
	const char *request_id;
	const char *tenant;
	const char *method;
};
void log_set_context(const struct log_context *context);

#define LOG_GATHER_MS 10

/*
 * For a process that logs every call: from here on lines below LOG_WARN may wait
 * in memory and go out together, within LOG_GATHER_MS; a warning or an error
 * takes those before it along at once.  kill -9 loses what waits.  Called once,
 * before other threads log; the rest is written at exit() or by the second.
 */
void log_start_gathering(void);
void log_stop_gathering(void);

void log_write(enum log_level level, const char *msg, const struct log_kv *kvs, size_t n);

static inline struct log_kv log_kv_str(const char *k, const char *v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_STR, .s = str_of(v)};
}
static inline struct log_kv log_kv_view(const char *k, struct str v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_STR, .s = v};
}
static inline struct log_kv log_kv_int(const char *k, int64_t v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_INT, .i = v};
}
static inline struct log_kv log_kv_uint(const char *k, uint64_t v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_UINT, .u = v};
}
static inline struct log_kv log_kv_double(const char *k, double v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_DOUBLE, .d = v};
}
static inline struct log_kv log_kv_bool(const char *k, bool v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_BOOL, .b = v};
}
static inline struct log_kv log_kv_uuid(const char *k, struct uuid v)
{
	return (struct log_kv){.key = k, .kind = LOG_KV_UUID, .id = v};
}

#define KV(key, value)                                                                             \
	_Generic((value),                                                                          \
		char *: log_kv_str,                                                                \
		const char *: log_kv_str,                                                          \
		struct str: log_kv_view,                                                           \
		int: log_kv_int,                                                                   \
		long: log_kv_int,                                                                  \
		long long: log_kv_int,                                                             \
		unsigned: log_kv_uint,                                                             \
		unsigned long: log_kv_uint,                                                        \
		unsigned long long: log_kv_uint,                                                   \
		double: log_kv_double,                                                             \
		_Bool: log_kv_bool,                                                                \
		struct uuid: log_kv_uuid)((key), (value))

#define LOG_AT(level, msg, ...)                                                                    \
	log_write((level), (msg), (struct log_kv[]){{}, __VA_ARGS__} + 1,                          \
		  sizeof((struct log_kv[]){{}, __VA_ARGS__}) / sizeof(struct log_kv) - 1)

#define log_debug(msg, ...) LOG_AT(LOG_DEBUG, msg, __VA_ARGS__)
#define log_info(msg, ...)  LOG_AT(LOG_INFO, msg, __VA_ARGS__)
#define log_warn(msg, ...)  LOG_AT(LOG_WARN, msg, __VA_ARGS__)
#define log_error(msg, ...) LOG_AT(LOG_ERROR, msg, __VA_ARGS__)

/* The code and reason of a status as two members. */
#define KV_STATUS(st)                                                                              \
	KV("code", status_code_name((st).code)), KV("reason", reason_name((st).reason))
