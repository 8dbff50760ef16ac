/* The commands of `aegisctl screener`. */
#include "screener.h"

#include "crypto/hash.h"
#include "screener_common.h"

static const struct ctl_command commands[] = {
	{"canon", sc_canon, "print a JSON document in canonical form (RFC 8785)"},
	{"check", sc_check, "compile a screener and run its tests"},
	{"diff", sc_diff, "compare two screeners, as JSON Patch with --json"},
	{"dmn", sc_dmn, "evaluate the decision tables of a DMN file for lines of inputs"},
	{"eval", sc_eval, "evaluate a screener for answers"},
	{"export-fhir", sc_export_fhir, "a screener as a FHIR R4 Questionnaire"},
	{"import-fhir", sc_import_fhir, "a FHIR R4 Questionnaire as a screener"},
	{"rule", sc_rule, "evaluate lines of {\"rule\": ..., \"data\": ...}"},
	{},
};

int ctl_screener(int argc, char **argv)
{
	crypto_init();
	return ctl_dispatch("aegisctl screener", commands, argc, argv);
}
