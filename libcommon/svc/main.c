/* The life of a daemon, from its command line to its exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rpc/trust.h"
#include "svc/config.h"
#include "svc/setup.h"
#include "svc_core/process.h"
#include "svc_core/sandbox.h"

#define DATABASE_WAIT_MS 30000

static struct svc_config config;

#define CFG_OWNER struct svc_config
static const struct cfg_setting settings[] = {SVC_SETTINGS(CFG_ROW)};
#undef CFG_OWNER

static void serve(struct svc *svc)
{
	log_info("serving", KV("listen", config.listen));
	for (;;) {
		switch (process_wait(-1)) {
		case PROCESS_STOP: log_info("draining"); return;
		case PROCESS_RELOAD:
			if (is_failed(trust_reload(svc->trust)))
				log_error("the public keys could not be read again");
			break;
		case PROCESS_TIMEOUT: break;
		}
	}
}

static bool is_local(const char *urls)
{
	for (const char *url = urls; *url; url += strcspn(url, " "), url += strspn(url, " "))
		if (strncmp(url, "ipc://", 6) != 0)
			return false;
	return true;
}

/* Does a server or a daemon lie behind an address of the network? */
static bool is_on_network(void)
{
	bool local = is_local(config.listen) &&
		     (!*config.redis || strncmp(config.redis, "unix:", 5) == 0) &&
		     (!*config.db || strstr(config.db, "host=/"));

	for (size_t i = 0; local && i < config.peer.n; i++)
		local = is_local(config.peer.items[i].value);
	return !local;
}

static struct status confine(const struct svc_descriptor *descriptor)
{
	TRY(process_init());
	return sandbox_enter(descriptor->needs | (is_on_network() ? SANDBOX_NETWORK : 0u));
}

static struct status start(struct svc *svc, const struct svc_descriptor *descriptor)
{
	TRY(svc_setup(svc, descriptor, &config));
	TRY(svc_check_database(svc, DATABASE_WAIT_MS));
	TRY(svc_start_client(svc));
	if (descriptor->start)
		TRY(descriptor->start(svc));
	return svc_start_serving(svc);
}

static int live(const struct svc_descriptor *descriptor)
{
	struct svc svc = {};
	enum log_level level;
	struct status st;

	if (!log_level_parse(config.log_level, &level))
		abort();
	log_init(descriptor->name, level);
	st = confine(descriptor);
	/* Starts a thread, which must be confined, too. */
	log_start_gathering();
	if (is_ok(st))
		st = start(&svc, descriptor);
	if (is_failed(st))
		log_error("the daemon does not start", KV_STATUS(st));
	else
		serve(&svc);
	svc_stop_serving(&svc);
	if (is_ok(st) && descriptor->stop)
		descriptor->stop(&svc);
	svc_teardown(&svc);
	log_info("stopped");
	log_stop_gathering();
	return is_ok(st) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int svc_main(const struct svc_descriptor *descriptor, int argc, char **argv)
{
	struct cfg_group groups[] = {
		{settings, sizeof settings / sizeof settings[0], &config},
		descriptor->settings,
	};
	struct cfg_spec spec = {.daemon = descriptor->name,
				.purpose = descriptor->purpose,
				.groups = groups,
				.n_groups = descriptor->settings.n > 0 ? 2 : 1};
	struct arena *arena = arena_new(1 << 20);
	int code;

	if (cfg_main(arena, &spec, argc, argv, &code) == CFG_RUN)
		code = live(descriptor);
	arena_free(&arena);
	return code;
}

const struct keyring *svc_keyring(const struct svc *svc)
{
	return svc->keyring;
}

const struct service_keys *svc_service_keys(const struct svc *svc)
{
	return svc->service_keys;
}

struct svc_redis svc_redis(const struct svc *svc, struct arena *arena)
{
	const struct svc_config *own = svc->config;

	return (struct svc_redis){
		.url = own->redis,
		.user = own->redis_user,
		.password = own->redis_password,
		.password_file = *own->redis_user
					 ? arena_printf(arena, "%s/%s/redis.password",
							own->secrets_dir, svc->descriptor->name)
					 : NULL,
	};
}

const char *svc_secrets_dir(const struct svc *svc)
{
	return svc->config->secrets_dir;
}

void svc_set_state(struct svc *svc, void *state)
{
	svc->state = state;
}

void *svc_state(const struct svc *svc)
{
	return svc->state;
}
