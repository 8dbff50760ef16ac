#pragma once

/*
 * Numbered, forward-only migrations: per service the shared files of
 * libcommon/db/sql/common first, then its own.  Each file is one transaction with
 * lock_timeout 2 s, tried again when a lock is not to be had; an advisory lock
 * lets one migrator run at a time.  A file's checksum is kept: an applied file
 * that was edited since stops everything.
 *
 * In a file {schema} and {svc} stand for the service.  DDL runs as aegis_owner;
 * a file whose first line is "-- runs-as: migrator" runs as aegis_migrator, whose
 * own policies let it rewrite rows of every tenant under FORCE RLS.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/password_file.h"
#include "base/status.h"

/* "aegis" as a number: the advisory lock of a migrator, and of whoever else changes grants on the
 * database. */
#define DB_MIGRATE_LOCK "418564106611"

struct db_migration {
	int version;
	const char *name; /* "0001_members.sql" */
	const char
		*checksum; /* of the text: fnv1a-64 in hex; guards against edits, not attackers */
	const char *sql;
};

struct db_migration_set {
	const char *service; /* also the schema */
	const struct db_migration *files;
	size_t n;
	const char *const
		*roles; /* further login roles, "keeper" is aegis_<svc>_keeper; NULL-ended */
};

/* What the build found: the shared files, and a set for every services/<x>/sql. */
extern const struct db_migration db_common_migrations[];
extern const size_t db_n_common_migrations;
extern const struct db_migration_set db_migration_sets[];
extern const size_t db_n_migration_sets;

struct db_migrate_options {
	const char *conninfo;	 /* of a superuser for the first run (roles, schemas); later
				    aegis_migrator does */
	const char *secrets_dir; /* passwords of the roles are made and read here; NULL: roles get
				    none */
	const char *peer_user;	 /* connect as this system user (peer authentication), when run as
				    root; or NULL */
	bool dry_run;		 /* print what would be done, change nothing */
	FILE *out;		 /* one line for each step */
	const struct db_migration *common; /* NULL: db_common_migrations */
	size_t n_common;
	const struct db_migration_set *sets; /* NULL: db_migration_sets */
	size_t n_sets;
	int lock_attempts; /* tries of a file whose lock_timeout struck; 0: 20 */
};

struct db_migrate_report {
	int applied;
	int pending; /* in a dry run */
};

/*
 * Brings the database up to date; blocks.  What was done before a failure stays.
 *
 * UNAVAILABLE/DATABASE_UNAVAILABLE, FAILED_PRECONDITION/MIGRATION_CHANGED,
 * FAILED_PRECONDITION/MIGRATION_ORDER (a file with a number below an applied
 * one), ABORTED/LOCK_NOT_AVAILABLE, FAILED_PRECONDITION/MIGRATION_FAILED (the
 * log and out say which file and why), FAILED_PRECONDITION/NOT_BOOTSTRAPPED (the
 * roles are missing and the login may not make them), INTERNAL/SECRETS.
 */
struct status db_migrate(const struct db_migrate_options *options,
			 struct db_migrate_report *report);

/*
 * The password of a role from <secrets_dir>/<svc>/<file>: "db.password" for the
 * service, "db_relay.password", "db_keeper.password".  Into buf, without the
 * newline.  NOT_FOUND/NO_PASSWORD.
 */
#define DB_PASSWORD_TEXT PASSWORD_FILE_TEXT
struct status db_password_read(const char *secrets_dir, const char *svc, const char *file,
			       char buf[DB_PASSWORD_TEXT]);
