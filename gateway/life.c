/* The life of the process: settings, log, start, drain, end. */
#include <stdlib.h>

#include "base/log.h"
#include "gateway.h"
#include "svc_core/process.h"
#include "svc_core/sandbox.h"

static struct gateway_config config;

static int run(void)
{
	struct gateway *gw;

	if (*config.lock && is_failed(process_lock(config.lock))) {
		log_error("another gateway runs already", KV("lock", config.lock));
		return EXIT_FAILURE;
	}
	if (is_failed(gateway_new(&config, gateway_contract(), &gw)))
		return EXIT_FAILURE;
	gateway_start(gw);
	while (process_wait(-1) != PROCESS_STOP)
		;
	log_info("draining");
	gateway_drain(gw);
	gateway_free(&gw);
	log_info("stopped");
	return EXIT_SUCCESS;
}

int gateway_main(int argc, char **argv)
{
	struct arena *arena = arena_new(1 << 20);
	struct cfg_group group = {gateway_settings, gateway_n_settings, &config};
	struct cfg_spec spec = {
		.daemon = "gateway",
		.purpose = "Takes HTTP, answers from the daemons.",
		.groups = &group,
		.n_groups = 1,
	};
	enum log_level level = LOG_INFO;
	int code = EXIT_FAILURE;
	bool is_confined;

	log_init("gateway", LOG_INFO);
	if (cfg_main(arena, &spec, argc, argv, &code) == CFG_RUN) {
		if (log_level_parse(config.log_level, &level))
			log_set_level(level);
		is_confined = is_ok(process_init()) && is_ok(sandbox_enter(SANDBOX_NETWORK));
		/* Starts a thread, which must be confined, too. */
		log_start_gathering();
		code = is_confined ? run() : EXIT_FAILURE;
		log_stop_gathering();
	}
	arena_free(&arena);
	return code;
}
