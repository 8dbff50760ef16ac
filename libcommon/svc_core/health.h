#pragma once

/*
 * Whether a process may be sent calls.  Live: it runs.  Ready: started, not
 * draining, and every registered check passes.  Checks are asked when somebody
 * asks, at most once a second; they must not block longer than a second.
 */
#include <stdbool.h>

struct strbuf;

enum health_state { HEALTH_STARTING, HEALTH_SERVING, HEALTH_DRAINING };

void health_set_state(enum health_state state);
enum health_state health_state(void);
const char *health_state_name(enum health_state state);

/*
 * A condition of readiness.  check returns false and may set *why to a literal.
 * At most HEALTH_CHECKS_MAX; to be called at start.
 */
#define HEALTH_CHECKS_MAX 16
typedef bool (*health_check)(void *arg, const char **why);
void health_register(const char *name, health_check check, void *arg);
/* Forgets every check and goes back to HEALTH_STARTING: for tests. */
void health_reset(void);

/*
 * Ready?  With out, one line for each check: "[+] database" or
 * "[-] database: no connection", last "ready" or "not ready: draining".
 */
bool health_is_ready(struct strbuf *out);
