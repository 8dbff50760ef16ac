#pragma once

/*
 * aegisctl prove-isolation: what was asked, by whom and what came of it.  The
 * parts write their checks into one report; a check without findings has
 * passed, a check that looked at nothing has not.
 */
#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/uuid.h"
#include "crypto/sign.h"
#include "db/conn.h"
#include "db/tx.h"

int ctl_prove_isolation(int argc, char **argv);

struct proof {
	struct arena *arena;	 /* as long as the proof */
	const char *conninfo;	 /* without a role */
	const char *url;	 /* of the gateway; NULL: no call is made */
	const char *secrets_dir; /* passwords of the roles, the key of the report */
	struct uuid hidden;	 /* the tenant whose rows nobody else may see */
	struct uuid looking;	 /* the tenant in whose name everything is tried */
	json_t *checks;		 /* array; owned */
	json_t *facts;		 /* object of what was looked at, by part; owned */
	int64_t passed, failed;
};

/*
 * Enters a check: the part and the rule in words, how many things it looked at,
 * and an array of sentences, which it takes over (NULL: nothing found).
 */
void proof_check(struct proof *proof, const char *part, const char *rule, int64_t examined,
		 json_t *findings);

/* Adds "name": value to the facts of a part; takes the value over. */
void proof_fact(struct proof *proof, const char *part, const char *name, json_t *value);

/* Adds a sentence to an array of findings. */
void proof_find(json_t *findings, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Connections with the catalogues prepared: as aegis_migrator, who sees every
 * tenant (schema may be NULL), and as a daemon's own role.  Freed by db_conn_free().
 * NOT_FOUND/NO_PASSWORD.
 */
struct status proof_migrator(const struct proof *proof, const char *schema,
			     const struct db_catalogue *const *catalogues, size_t n,
			     struct db_conn **conn);
struct status proof_daemon(const struct proof *proof, const char *service,
			   const struct db_catalogue *const *catalogues, size_t n,
			   struct db_conn **conn);

/* The parts; each connects by itself.  A failure is one of the machinery, not a finding. */
struct status prove_catalogue(struct proof *proof);
struct status prove_rows(struct proof *proof);
struct status prove_filter(struct proof *proof);
/* Registers two tenants and sets hidden and looking to them. */
struct status prove_routes(struct proof *proof);

/* The report's envelope {"key", "report", "signature"}, signed with the operator's key. */
#define PROOF_FORMAT "aegis-isolation/1"
#define PROOF_ORIGIN "aegis-isolation"

/* INVALID_ARGUMENT of canon_json, the statuses of keyring.h. */
struct status proof_sign(struct arena *arena, const char *secrets_dir, json_t *report,
			 struct str *file, const char **verifier_key);

/*
 * The report in a file's text when this key signed it; owned by the caller, NULL
 * when the form or the signature is wrong.
 */
json_t *proof_open(struct arena *arena, struct str file, const uint8_t key[SIGN_PUBLIC_BYTES]);

/* The operator's public key, to verify where it was signed.  NOT_FOUND/NO_KEY. */
struct status proof_own_key(const char *secrets_dir, uint8_t key[SIGN_PUBLIC_BYTES]);

/* For people: a line a check, findings below. */
void proof_print(FILE *out, const json_t *report);
