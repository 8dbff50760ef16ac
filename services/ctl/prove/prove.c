/*
 * aegisctl prove-isolation: shows of a running cluster that no tenant reaches
 * another's rows, and signs what it saw.  It reads, and writes only in
 * transactions that it rolls back.
 */
#include "prove.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/hash.h"
#include "ctl/commands.h"
#include "db/migrate.h"
#include "merkle/checkpoint.h"

/* Owner of the one row of every canary table (sql/common/0002_canary.sql). */
#define CANARY_TENANT "00000000-0000-7000-8000-000000000002"

#define MAX_REPORT (16 << 20)

struct request {
	bool read_only;
	const char *out, *verify, *key;
};

static const char help[] =
	"usage: aegisctl prove-isolation [--out FILE] [--url URL | --read-only] [--db CONNINFO] "
	"[--secrets DIR]\n"
	"       aegisctl prove-isolation --verify FILE [--key VERIFIER-KEY]\n\n"
	"Proves of a running cluster that tenants do not reach each other: the database's\n"
	"catalogue, every operation of the API with another tenant's ids, with every role and for\n"
	"a suspended tenant, connections that are used for one tenant after another, row-level\n"
	"security without any filter, and the daemons' statements without row-level security.\n"
	"It registers four throw-away tenants at <canary>@isolation.invalid, confirms the\n"
	"addresses of their owners itself, and leaves the tenants, their programs ended and their\n"
	"keys revoked; what it writes of others' it rolls back.\n\n"
	"  --out FILE      the signed report\n"
	"  --url URL       the gateway; default $AEGIS_CTL_URL\n"
	"  --read-only     the database alone: no call, no tenant, nothing is left behind\n"
	"  --db CONNINFO   the database; default $AEGIS_CTL_DB\n"
	"  --secrets DIR   the roles' passwords and the report's key; default $AEGIS_CTL_SECRETS\n"
	"  --verify FILE   checks a report offline: the signature, and that it found nothing\n"
	"  --key KEY       the verifier key that the proof printed; default: the key in "
	"--secrets\n\n"
	"Refused tries are not logged unless $AEGIS_CTL_VERBOSE is set.\n"
	"Exit status 0: proven, 1: not, 2: usage.\n";

static struct status connect_as(const struct proof *proof, const char *role, const char *schema,
				const char *secrets_of,
				const struct db_catalogue *const *catalogues, size_t n,
				struct db_conn **conn)
{
	char password[DB_PASSWORD_TEXT];
	struct db_config config = {.conninfo = proof->conninfo,
				   .role = role,
				   .password = password,
				   .application = "aegisctl prove-isolation",
				   .schema = schema,
				   .is_operator = true};

	TRY(db_password_read(proof->secrets_dir, secrets_of, "db.password", password));
	*conn = db_conn_new(&config, catalogues, n);
	crypto_wipe(password, sizeof password);
	return OK;
}

struct status proof_migrator(const struct proof *proof, const char *schema,
			     const struct db_catalogue *const *catalogues, size_t n,
			     struct db_conn **conn)
{
	return connect_as(proof, "aegis_migrator", schema, "migrator", catalogues, n, conn);
}

struct status proof_daemon(const struct proof *proof, const char *service,
			   const struct db_catalogue *const *catalogues, size_t n,
			   struct db_conn **conn)
{
	const char *role = arena_printf(proof->arena, "aegis_%s", service);

	return connect_as(proof, role, service, service, catalogues, n, conn);
}

static struct status run_parts(struct proof *proof)
{
	TRY(prove_catalogue(proof));
	if (proof->url)
		TRY(prove_routes(proof));
	TRY(prove_rows(proof));
	return prove_filter(proof);
}

static json_t *report_of(struct proof *proof, instant began)
{
	char at[INSTANT_TEXT];
	instant took = instant_now() - began;

	instant_format(at, began);
	return json_pack("{s:s, s:s, s:s, s:I, s:b, s:{s:s, s:s}, s:O, s:O, s:I, s:I, s:b}",
			 "format", PROOF_FORMAT, "version", AEGIS_VERSION, "at", at, "tookMs",
			 (json_int_t)(took / MILLIS(1)), "readOnly", proof->url == NULL, "tenants",
			 "hidden", uuid_text(proof->arena, proof->hidden), "looking",
			 uuid_text(proof->arena, proof->looking), "checks", proof->checks, "facts",
			 proof->facts, "passed", (json_int_t)proof->passed, "failed",
			 (json_int_t)proof->failed, "isolated", proof->failed == 0);
}

static bool write_file(const char *path, struct str text)
{
	FILE *out = fopen(path, "w");
	bool is_good =
		out && fwrite(text.ptr, 1, text.len, out) == text.len && fputc('\n', out) > 0;

	if (out)
		is_good = fclose(out) == 0 && is_good;
	if (!is_good)
		fprintf(stderr, "aegisctl: %s: %s\n", path, strerror(errno));
	return is_good;
}

static struct status hand_out(struct proof *proof, const json_t *report, const char *path,
			      bool *is_written)
{
	const char *verifier_key;
	struct str file;

	TRY(proof_sign(proof->arena, proof->secrets_dir, (json_t *)report, &file, &verifier_key));
	proof_print(stdout, report);
	*is_written = !path || write_file(path, file);
	if (path && *is_written)
		printf("signed report: %s\nverifier key: %s\n", path, verifier_key);
	return OK;
}

/* Refused probes are what is hoped for; the data layer would log each as an error. */
static int silence_log(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && !getenv("AEGIS_CTL_VERBOSE"))
		log_set_fd(fd);
	return fd;
}

static int prove(struct proof *proof, const struct request *request)
{
	instant began = instant_now();
	bool is_written = false;
	struct status st;
	int silence;

	crypto_init();
	proof->checks = json_array();
	proof->facts = json_object();
	proof->looking = uuid_v7(began);
	(void)uuid_parse(STR(CANARY_TENANT), &proof->hidden);
	silence = silence_log();
	st = run_parts(proof);
	log_set_fd(STDERR_FILENO);
	if (silence >= 0)
		close(silence);
	if (is_ok(st)) {
		json_t *report = report_of(proof, began);

		st = hand_out(proof, report, request->out, &is_written);
		json_decref(report);
	}
	json_decref(proof->checks);
	json_decref(proof->facts);
	if (is_failed(st))
		fprintf(stderr,
			"aegisctl prove-isolation: %s [%s] (AEGIS_CTL_VERBOSE=1 shows the log)\n",
			reason_sentence(st.reason), reason_name(st.reason));
	return is_ok(st) && is_written && proof->failed == 0 ? CTL_OK : CTL_FAILED;
}

static bool read_file(struct arena *arena, const char *path, struct str *text)
{
	FILE *in = fopen(path, "r");
	char *bytes = arena_alloc(arena, MAX_REPORT);
	size_t len = in ? fread(bytes, 1, MAX_REPORT, in) : 0;

	if (!in) {
		fprintf(stderr, "aegisctl: %s: %s\n", path, strerror(errno));
		return false;
	}
	fclose(in);
	*text = (struct str){bytes, len};
	return true;
}

static bool choose_key(const struct proof *proof, const struct request *request,
		       uint8_t key[SIGN_PUBLIC_BYTES])
{
	char *origin;

	if (request->key)
		return checkpoint_parse_key(proof->arena, str_of(request->key), &origin, key) &&
		       strcmp(origin, PROOF_ORIGIN) == 0;
	return proof->secrets_dir && is_ok(proof_own_key(proof->secrets_dir, key));
}

static int verify(const struct proof *proof, const struct request *request)
{
	uint8_t key[SIGN_PUBLIC_BYTES];
	struct str text;
	json_t *report;
	bool is_isolated;

	crypto_init();
	if (!choose_key(proof, request, key)) {
		fputs("aegisctl: no verifier key: give the one that the proof printed with --key\n",
		      stderr);
		return CTL_USAGE;
	}
	if (!read_file(proof->arena, request->verify, &text))
		return CTL_USAGE;
	report = proof_open(proof->arena, text, key);
	if (!report) {
		printf("NOT PROVEN: %s is no report signed by this key\n", request->verify);
		return CTL_FAILED;
	}
	is_isolated = json_is_true(json_object_get(report, "isolated"));
	proof_print(stdout, report);
	printf("the signature is genuine\n");
	json_decref(report);
	return is_isolated ? CTL_OK : CTL_FAILED;
}

static int run(struct proof *proof, const struct request *request)
{
	int status;

	if (request->read_only)
		proof->url = NULL;
	if (!request->verify &&
	    (!proof->conninfo || !proof->secrets_dir || (!proof->url && !request->read_only)))
		return ctl_usage(help, CTL_USAGE);
	proof->arena = arena_new(SIZE_MAX);
	status = request->verify ? verify(proof, request) : prove(proof, request);
	arena_free(&proof->arena);
	return status;
}

int ctl_prove_isolation(int argc, char **argv)
{
	static const struct option options[] = {{"out", required_argument, NULL, 'o'},
						{"verify", required_argument, NULL, 'v'},
						{"key", required_argument, NULL, 'k'},
						{"db", required_argument, NULL, 'd'},
						{"secrets", required_argument, NULL, 's'},
						{"url", required_argument, NULL, 'u'},
						{"read-only", no_argument, NULL, 'r'},
						{"help", no_argument, NULL, 'h'},
						{}};
	struct proof proof = {.conninfo = getenv("AEGIS_CTL_DB"),
			      .url = getenv("AEGIS_CTL_URL"),
			      .secrets_dir = getenv("AEGIS_CTL_SECRETS")};
	struct request request = {};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'o': request.out = optarg; break;
		case 'v': request.verify = optarg; break;
		case 'k': request.key = optarg; break;
		case 'd': proof.conninfo = optarg; break;
		case 'u': proof.url = optarg; break;
		case 'r': request.read_only = true; break;
		case 's': proof.secrets_dir = optarg; break;
		case 'h': return ctl_usage(help, CTL_OK);
		default: return ctl_usage(help, CTL_USAGE);
		}
	}
	if (optind != argc)
		return ctl_usage(help, CTL_USAGE);
	return run(&proof, &request);
}
