/* The report: checks and facts as they come, the signed envelope, and its reading for people. */
#include <string.h>

#include "base/encoding.h"
#include "crypto/keyring.h"
#include "merkle/checkpoint.h"
#include "prove.h"
#include "screener/json/canon.h"

#define KEY_DAEMON  "operator"
#define KEY_PURPOSE "isolation"
#define SHOWN	    10

void proof_find(json_t *findings, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_array_append_new(findings, json_vsprintf(fmt, ap));
	va_end(ap);
}

void proof_check(struct proof *proof, const char *part, const char *rule, int64_t examined,
		 json_t *findings)
{
	bool has_passed;

	if (!findings)
		findings = json_array();
	if (examined == 0)
		proof_find(findings, "nothing was there to look at");
	has_passed = json_array_size(findings) == 0;
	proof->passed += has_passed;
	proof->failed += !has_passed;
	json_array_append_new(proof->checks,
			      json_pack("{s:s, s:s, s:I, s:b, s:o}", "part", part, "rule", rule,
					"examined", (json_int_t)examined, "passed", has_passed,
					"findings", findings));
}

void proof_fact(struct proof *proof, const char *part, const char *name, json_t *value)
{
	json_t *facts = json_object_get(proof->facts, part);

	if (!facts) {
		facts = json_object();
		json_object_set_new(proof->facts, part, facts);
	}
	json_object_set_new(facts, name, value);
}

/* What is signed: the format, so that the key's signature fits nothing else, and the canonical
 * report. */
static struct status signed_text(struct arena *arena, const json_t *report, struct str *out)
{
	struct str canonical;
	struct strbuf text = strbuf_new(arena);

	TRY(canon_json(arena, report, &canonical));
	strbuf_add_c(&text, PROOF_FORMAT "\n");
	strbuf_add_str(&text, canonical);
	*out = strbuf_str(&text);
	return OK;
}

struct status proof_sign(struct arena *arena, const char *secrets_dir, json_t *report,
			 struct str *file, const char **verifier_key)
{
	uint8_t signature[SIGN_SIGNATURE_BYTES];
	const struct key *key;
	struct keyring *ring;
	struct str text;
	struct status st;
	json_t *envelope;

	TRY(signed_text(arena, report, &text));
	TRY(keyring_ensure(secrets_dir, KEY_DAEMON, KEY_PURPOSE, KEY_ED25519));
	TRY(keyring_open(secrets_dir, KEY_DAEMON, &ring));
	key = keyring_newest(ring, KEY_PURPOSE);
	sign_message(signature, key->bytes, text.ptr, text.len);
	*verifier_key = checkpoint_verifier_key(arena, PROOF_ORIGIN, key->public_key);
	keyring_free(&ring);
	envelope = json_pack("{s:s, s:O, s:s}", "key", *verifier_key, "report", report, "signature",
			     base64_encode(arena, signature, sizeof signature));
	st = canon_json(arena, envelope, file);
	json_decref(envelope);
	return st;
}

struct status proof_own_key(const char *secrets_dir, uint8_t key[SIGN_PUBLIC_BYTES])
{
	const struct key *newest;
	struct keyring *ring;

	TRY(keyring_open(secrets_dir, KEY_DAEMON, &ring));
	newest = keyring_newest(ring, KEY_PURPOSE);
	if (newest)
		memcpy(key, newest->public_key, SIGN_PUBLIC_BYTES);
	keyring_free(&ring);
	return newest ? OK : FAIL(NO_KEY);
}

static bool is_signed(struct arena *arena, const json_t *envelope,
		      const uint8_t key[SIGN_PUBLIC_BYTES])
{
	const char *text64 = json_string_value(json_object_get(envelope, "signature"));
	const json_t *report = json_object_get(envelope, "report");
	uint8_t *signature;
	struct str text;
	size_t len;

	return text64 && json_is_object(report) && json_object_size(envelope) == 3 &&
	       base64_decode_any(arena, str_of(text64), &signature, &len) &&
	       len == SIGN_SIGNATURE_BYTES && is_ok(signed_text(arena, report, &text)) &&
	       sign_verify(signature, key, text.ptr, text.len);
}

json_t *proof_open(struct arena *arena, struct str file, const uint8_t key[SIGN_PUBLIC_BYTES])
{
	json_t *envelope = json_loadb(file.ptr, file.len, JSON_REJECT_DUPLICATES, NULL);
	json_t *report = NULL;

	if (is_signed(arena, envelope, key))
		report = json_incref(json_object_get(envelope, "report"));
	json_decref(envelope);
	return report;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void print_check(FILE *out, const json_t *check)
{
	const json_t *findings = json_object_get(check, "findings"), *finding;
	size_t i;

	fprintf(out, "%-6s %-10s %s (%lld)\n",
		json_is_true(json_object_get(check, "passed")) ? "ok" : "FAILED",
		text_of(check, "part"), text_of(check, "rule"),
		(long long)json_integer_value(json_object_get(check, "examined")));
	json_array_foreach (findings, i, finding) {
		if (i == SHOWN) {
			fprintf(out, "         … and %zu more\n", json_array_size(findings) - i);
			break;
		}
		fprintf(out, "         %s\n", json_string_value(finding));
	}
}

void proof_print(FILE *out, const json_t *report)
{
	const json_t *facts = json_object_get(report, "facts"), *check, *of_part;
	const char *part;
	size_t i;

	json_array_foreach (json_object_get(report, "checks"), i, check)
		print_check(out, check);
	json_object_foreach ((json_t *)facts, part, of_part) {
		char *text = json_dumps(of_part, JSON_SORT_KEYS);

		fprintf(out, "%s: %s\n", part, text);
		free(text);
	}
	fprintf(out, "%s: %lld checks passed, %lld failed (aegisctl %s, %s)\n",
		json_is_true(json_object_get(report, "isolated")) ? "ISOLATED" : "NOT ISOLATED",
		(long long)json_integer_value(json_object_get(report, "passed")),
		(long long)json_integer_value(json_object_get(report, "failed")),
		text_of(report, "version"), text_of(report, "at"));
}
