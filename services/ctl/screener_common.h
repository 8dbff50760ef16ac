#pragma once

/* What the commands of `aegisctl screener` share: words, files, findings. */
#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "commands.h"
#include "screener/screener.h"

#define SC_MAX_TABLES 64
#define SC_MAX_BYTES  (64 << 20)

struct sc_options {
	const char *files[2]; /* words that are no options */
	int n_files;
	const char *tables[SC_MAX_TABLES];
	size_t n_tables;
	const char *answers, *date, *profile, *decision;
	bool json, trace, fhir, lossy, help;
};

/* False after it said what is wrong; or with help set. n_files is how many are wanted. */
bool sc_parse(int argc, char **argv, int n_files, const char *usage, struct sc_options *out);

/* Parses the words and runs command with an arena; returns the exit status. */
int sc_run(int argc, char **argv, int n_files, const char *usage,
	   int (*command)(struct arena *arena, const struct sc_options *o));

/* Whole file, "-" is standard input; says what failed. */
bool sc_read(struct arena *arena, const char *path, struct str *out);

/* Strict JSON without doubled members; NULL after it said what is wrong. */
json_t *sc_read_json(struct arena *arena, const char *path);

/* The tables named, and those in tables/ beside the document; false after it said what failed. */
struct sc_tables {
	struct str list[SC_MAX_TABLES];
	size_t n;
};
bool sc_read_tables(struct arena *arena, const struct sc_options *options, const char *path,
		    struct sc_tables *out);

/* Compiles with these tables. */
struct status sc_compile(struct arena *arena, const struct sc_options *options, const char *path,
			 struct str document, struct screener **out,
			 struct screener_findings *findings);

/* With carets below the place, when source is the JSON the pointers are of; in colour on a
 * terminal. */
void sc_print_findings(FILE *out, const char *path, const struct str *source,
		       const struct screener_findings *findings);
json_t *sc_findings_json(const struct screener_findings *findings);

/* One line, or indented for people; frees the value. */
void sc_print_json(json_t *value, bool pretty);

/* An escape sequence when the stream is a terminal that wants one, else "". */
const char *sc_colour(FILE *out, const char *sequence);
#define SC_RED	  "\033[31m"
#define SC_GREEN  "\033[32m"
#define SC_YELLOW "\033[33m"
#define SC_BOLD	  "\033[1m"
#define SC_PLAIN  "\033[0m"

/* To standard error: what a status of the library means, in a sentence. */
void sc_say_failure(const char *path, struct status st);

int sc_check(int argc, char **argv);
int sc_eval(int argc, char **argv);
int sc_diff(int argc, char **argv);
int sc_canon(int argc, char **argv);
int sc_import_fhir(int argc, char **argv);
int sc_export_fhir(int argc, char **argv);
int sc_rule(int argc, char **argv);
int sc_dmn(int argc, char **argv);
