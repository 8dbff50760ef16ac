/* `screener canon`, `import-fhir` and `export-fhir`. */
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "screener/exchange/fhir.h"
#include "screener/exchange/identity.h"
#include "screener/json/canon.h"
#include "screener/json/tree.h"
#include "screener_common.h"

static const char canon_usage[] =
	"usage: aegisctl screener canon FILE [--json]\n\n"
	"Prints the canonical form (RFC 8785) of a JSON document, without a newline; with --json\n"
	"its SHA-256 and length. Exit status: 0, 1 it has none, 2 wrong use.\n";

static const char import_usage[] =
	"usage: aegisctl screener import-fhir FILE [--lossy] [--json]\n\n"
	"Prints a FHIR Questionnaire (R4; R5's spellings too) as a screener/1 document, and on\n"
	"standard error what does not map. What would change who is asked, or what, is an error,\n"
	"and no document is printed; with --lossy it is a warning. With --json one object with\n"
	"'document' (null after an error) and 'findings'.\n"
	"Exit status: 0, 1 there are errors, 2 wrong use.\n";

static const char export_usage[] =
	"usage: aegisctl screener export-fhir FILE [--lossy] [--json]\n\n"
	"Prints a screener/1 document as a FHIR R4 Questionnaire, and on standard error what does\n"
	"not map. A show_if that enableWhen cannot say is an error, because other tools would ask\n"
	"everyone, and nothing is printed; with --lossy it is a warning. With --json one object\n"
	"with 'questionnaire' (null after an error) and 'findings'.\n"
	"Exit status: 0, 1 there are errors, 2 wrong use.\n";

static int canon(struct arena *arena, const struct sc_options *o)
{
	struct str json, out;
	uint8_t hash[IDENTITY_HASH_BYTES];
	char hex[2 * IDENTITY_HASH_BYTES + 1];

	if (!sc_read(arena, o->files[0], &json))
		return CTL_FAILED;
	struct status st = canon_bytes(arena, json, &out);

	if (is_ok(st))
		st = identity_of_document(arena, json, hash);
	if (is_failed(st)) {
		sc_say_failure(o->files[0], st);
		return CTL_FAILED;
	}
	hex_encode(hex, hash, sizeof hash);
	if (o->json)
		sc_print_json(json_pack("{s:s,s:I}", "sha256", hex, "bytes", (json_int_t)out.len),
			      false);
	else
		fwrite(out.ptr, 1, out.len, stdout);
	return CTL_OK;
}

json_t *sc_read_json(struct arena *arena, const char *path)
{
	struct str text;
	json_error_t error;
	json_t *json;

	if (!sc_read(arena, path, &text))
		return NULL;
	json = json_any_read(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!json)
		fprintf(stderr, "%s:%d:%d: %s\n", path, error.line, error.column, error.text);
	return json;
}

/* value is NULL after a failure. */
static int report(const struct sc_options *o, const char *member, json_t *value, struct status st,
		  const struct screener_findings *findings)
{
	if (o->json && (value || findings->n)) {
		sc_print_json(json_pack("{s:o?,s:o}", member, value, "findings",
					sc_findings_json(findings)),
			      false);
	} else {
		sc_print_findings(stderr, o->files[0], NULL, findings);
		if (value)
			sc_print_json(value, true);
	}
	if (is_failed(st))
		sc_say_failure(o->files[0], st);
	return is_failed(st) ? CTL_FAILED : CTL_OK;
}

static enum fhir_loss loss_of(const struct sc_options *o)
{
	return o->lossy ? FHIR_LOSSY : FHIR_STRICT;
}

static int import_fhir(struct arena *arena, const struct sc_options *o)
{
	struct screener_findings findings;
	json_t *document = NULL;
	struct str json;

	if (!sc_read(arena, o->files[0], &json))
		return CTL_FAILED;
	struct status st = fhir_import(arena, json, loss_of(o), &document, &findings);

	return report(o, "document", document, st, &findings);
}

static int export_fhir(struct arena *arena, const struct sc_options *o)
{
	struct screener_findings findings;
	json_t *document = sc_read_json(arena, o->files[0]), *questionnaire = NULL;

	if (!document)
		return CTL_FAILED;
	struct status st = fhir_export(arena, document, loss_of(o), &questionnaire, &findings);

	json_decref(document);
	return report(o, "questionnaire", questionnaire, st, &findings);
}

int sc_canon(int argc, char **argv)
{
	return sc_run(argc, argv, 1, canon_usage, canon);
}

int sc_import_fhir(int argc, char **argv)
{
	return sc_run(argc, argv, 1, import_usage, import_fhir);
}

int sc_export_fhir(int argc, char **argv)
{
	return sc_run(argc, argv, 1, export_usage, export_fhir);
}
