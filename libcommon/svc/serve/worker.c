/* What a worker thread owns: arenas and database connections. */
#include <stdlib.h>

#include "crypto/hash.h"
#include "db/conn.h"
#include "db/migrate.h"
#include "relay/queries.h"
#include "svc/config.h"
#include "svc/internal.h"
#include "svc/queries.h"

#define ENVELOPE_CAP ((size_t)256 * 1024)

struct db_conn *svc_connect(struct svc *svc, bool platform)
{
	const struct svc_descriptor *d = svc->descriptor;
	const struct db_catalogue *own[] = {d->queries, &svc_queries};
	const struct db_catalogue *relay[] = {&relay_queries, d->platform_queries};
	const char *schema = d->schema ? d->schema : d->name;
	struct arena *scratch = arena_new(4096);
	struct db_conn *conn;
	struct db_config config = {
		.conninfo = svc->config->db,
		.role = arena_printf(scratch, platform ? "aegis_%s_relay" : "aegis_%s", schema),
		.application = arena_printf(scratch, platform ? "%s relay" : "%s", d->name),
		.schema = schema,
		.constraints = d->constraints,
	};
	char password[DB_PASSWORD_TEXT];

	if (is_ok(db_password_read(svc->config->secrets_dir, schema,
				   platform ? "db_relay.password" : "db.password", password)))
		config.password = password;
	conn = platform ? db_conn_new(&config, relay, d->platform_queries ? 2 : 1)
			: db_conn_new(&config, own, 2);
	crypto_wipe(password, sizeof password);
	arena_free(&scratch);
	return conn;
}

struct svc_worker *svc_worker_new(struct svc *svc, bool platform)
{
	struct svc_worker *worker = calloc(1, sizeof *worker);

	if (!worker)
		abort();
	worker->svc = svc;
	worker->envelope = arena_new(ENVELOPE_CAP);
	worker->arena = arena_new(CALL_ARENA_CAP);
	if (svc->descriptor->queries)
		worker->conn = svc_connect(svc, false);
	if (svc->descriptor->queries && platform)
		worker->platform = svc_connect(svc, true);
	return worker;
}

void svc_worker_free(struct svc_worker **worker_ref)
{
	struct svc_worker *worker = *worker_ref;

	if (!worker)
		return;
	db_conn_free(&worker->conn);
	db_conn_free(&worker->platform);
	arena_free(&worker->envelope);
	arena_free(&worker->arena);
	free(worker);
	*worker_ref = NULL;
}
