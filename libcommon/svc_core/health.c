#include "svc_core/health.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/str.h"

struct check {
	const char *name;
	health_check ask;
	void *arg;
	bool passes;
	const char *why;
	instant asked_at; /* monotonic; 0 never */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic enum health_state current = HEALTH_STARTING;
static struct check checks[HEALTH_CHECKS_MAX];
static size_t n_checks;

void health_set_state(enum health_state state)
{
	current = state;
}

enum health_state health_state(void)
{
	return current;
}

const char *health_state_name(enum health_state state)
{
	static const char *const names[] = {"starting", "serving", "draining"};

	return names[state];
}

void health_register(const char *name, health_check check, void *arg)
{
	pthread_mutex_lock(&lock);
	if (n_checks == HEALTH_CHECKS_MAX)
		abort();
	checks[n_checks++] = (struct check){.name = name, .ask = check, .arg = arg};
	pthread_mutex_unlock(&lock);
}

void health_reset(void)
{
	pthread_mutex_lock(&lock);
	n_checks = 0;
	current = HEALTH_STARTING;
	pthread_mutex_unlock(&lock);
}

static bool ask(struct check *check)
{
	instant now = instant_monotonic();

	if (check->asked_at == 0 || now - check->asked_at >= SECONDS(1)) {
		check->why = NULL;
		check->passes = check->ask(check->arg, &check->why);
		check->asked_at = now;
	}
	return check->passes;
}

static void write_check(struct strbuf *out, const struct check *check)
{
	strbuf_printf(out, "[%c] %s", check->passes ? '+' : '-', check->name);
	if (!check->passes && check->why)
		strbuf_printf(out, ": %s", check->why);
	strbuf_add_char(out, '\n');
}

bool health_is_ready(struct strbuf *out)
{
	enum health_state state = current;
	bool ready = state == HEALTH_SERVING;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_checks; i++) {
		ready = ask(&checks[i]) && ready;
		if (out)
			write_check(out, &checks[i]);
	}
	pthread_mutex_unlock(&lock);
	if (out && state != HEALTH_SERVING)
		strbuf_printf(out, "not ready: %s\n", health_state_name(state));
	else if (out)
		strbuf_add_c(out, ready ? "ready\n" : "not ready\n");
	return ready;
}
