/*
 * Login roles and their passwords.  A password is made once, kept in a file that
 * only its daemon can read, and goes to the server as a SCRAM verifier.
 */
#include <errno.h>
#include <string.h>

#include "base/password_file.h"
#include "migrate_internal.h"

/* sql/bootstrap.sql, embedded by the build. */
extern const struct db_migration db_bootstrap_migrations[];

static struct status secrets_failed(struct migrator *m, const char *path)
{
	fprintf(m->options->out, "%s: %s\n", path, strerror(errno));
	return FAIL(SECRETS);
}

struct status db_password_read(const char *secrets_dir, const char *svc, const char *file,
			       char buf[DB_PASSWORD_TEXT])
{
	char path[512];

	if (snprintf(path, sizeof path, "%s/%s/%s", secrets_dir, svc, file) >= (int)sizeof path)
		return FAIL(NO_PASSWORD);
	return password_file_read(path, buf);
}

static struct status set_password(struct migrator *m, const char *login, const char *password)
{
	char *verifier = PQencryptPasswordConn(m->pg, password, login, "scram-sha-256");
	struct status st;

	if (!verifier)
		return FAIL(SECRETS);
	/* The verifier is base64 and separators: no quote can be in it; login is a checked name. */
	st = migrator_exec(m,
			   arena_printf(m->arena, "ALTER ROLE %s PASSWORD '%s'", login, verifier));
	PQfreemem(verifier);
	return st;
}

static struct status ensure_password(struct migrator *m, const char *login, const char *svc,
				     const char *file)
{
	const char *dir = arena_printf(m->arena, "%s/%s", m->options->secrets_dir, svc);
	const char *path = arena_printf(m->arena, "%s/%s", dir, file);
	char password[DB_PASSWORD_TEXT];
	struct status st;

	if (is_failed(password_file_ensure(dir, file)))
		return secrets_failed(m, path);
	TRY(password_file_read(path, password));
	st = set_password(m, login, password);
	explicit_bzero(password, sizeof password);
	return st;
}

const char **migrator_logins(struct migrator *m, const struct db_migration_set *set)
{
	size_t n = 2;
	const char **logins;

	for (const char *const *role = set->roles; role && *role; role++)
		n++;
	logins = arena_array_of(m->arena, const char *, n + 1);
	logins[0] = arena_printf(m->arena, "aegis_%s", set->service);
	logins[1] = arena_printf(m->arena, "aegis_%s_relay", set->service);
	for (size_t i = 2; i < n; i++)
		logins[i] = arena_printf(m->arena, "aegis_%s_%s", set->service, set->roles[i - 2]);
	return logins;
}

/* "db.password", "db_relay.password": what follows "aegis_<svc>" in the login. */
static const char *password_file(struct migrator *m, const struct db_migration_set *set,
				 const char *login)
{
	return arena_printf(m->arena, "db%s.password",
			    login + strlen("aegis_") + strlen(set->service));
}

static struct status make_logins(struct migrator *m, const struct db_migration_set *set)
{
	const char **logins = migrator_logins(m, set);

	for (; *logins; logins++) {
		TRY(migrator_exec(
			m, arena_printf(m->arena, "SELECT aegis.ensure_login('%s')", *logins)));
		if (m->options->secrets_dir)
			TRY(ensure_password(m, *logins, set->service,
					    password_file(m, set, *logins)));
	}
	return OK;
}

struct status migrator_make_roles(struct migrator *m)
{
	TRY(migrator_exec(m, "BEGIN"));
	TRY(migrator_exec(m, db_bootstrap_migrations[0].sql));
	for (size_t i = 0; i < m->n_sets; i++)
		TRY(make_logins(m, &m->sets[i]));
	if (m->options->secrets_dir)
		TRY(ensure_password(m, "aegis_migrator", "migrator", "db.password"));
	return migrator_exec(m, "COMMIT");
}
