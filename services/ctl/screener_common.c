/* Words, files and findings of the screener commands. */
#include "screener_common.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "locate.h"

/* Takes the value of an option like --date; false when it is missing. */
static bool take_value(int argc, char **argv, int *i, const char **out)
{
	if (*i + 1 >= argc) {
		fprintf(stderr, "%s: %s needs a value\n", argv[0], argv[*i]);
		return false;
	}
	*out = argv[++*i];
	return true;
}

static bool take_option(int argc, char **argv, int *i, struct sc_options *o)
{
	const struct {
		const char *name;
		bool *flag;
		const char **value;
	} known[] = {{"--json", &o->json, NULL},
		     {"--trace", &o->trace, NULL},
		     {"--fhir", &o->fhir, NULL},
		     {"--lossy", &o->lossy, NULL},
		     {"--help", &o->help, NULL},
		     {"-h", &o->help, NULL},
		     {"--answers", NULL, &o->answers},
		     {"--date", NULL, &o->date},
		     {"--profile", NULL, &o->profile},
		     {"--decision", NULL, &o->decision},
		     {"--table", NULL, &o->tables[o->n_tables]}};

	for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
		if (strcmp(known[k].name, argv[*i]) != 0)
			continue;
		if (known[k].flag) {
			*known[k].flag = true;
			return true;
		}
		if (known[k].value == &o->tables[o->n_tables] && o->n_tables + 1 < SC_MAX_TABLES)
			o->n_tables++;
		return take_value(argc, argv, i, known[k].value);
	}
	fprintf(stderr, "%s: unknown option '%s'\n", argv[0], argv[*i]);
	return false;
}

bool sc_parse(int argc, char **argv, int n_files, const char *usage, struct sc_options *out)
{
	struct sc_options o = {};

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			if (!take_option(argc, argv, &i, &o))
				return false;
		} else if (o.n_files == n_files) {
			fprintf(stderr, "%s: one word too many: '%s'\n", argv[0], argv[i]);
			return false;
		} else {
			o.files[o.n_files++] = argv[i];
		}
	}
	if (o.help)
		fputs(usage, stdout);
	else if (o.n_files < n_files)
		fprintf(stderr, "%s: a file is missing; see --help\n", argv[0]);
	*out = o;
	return o.help || o.n_files == n_files;
}

bool sc_read(struct arena *arena, const char *path, struct str *out)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	struct strbuf buf = strbuf_new(arena);
	char chunk[65536];
	size_t n;
	bool good;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	strbuf_add_c(&buf, "");
	while (buf.len <= SC_MAX_BYTES && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
		strbuf_add(&buf, chunk, n);
	good = !ferror(file) && buf.len <= SC_MAX_BYTES;
	if (!good)
		fprintf(stderr, "%s: %s\n", path,
			buf.len > SC_MAX_BYTES ? "the file is too large" : strerror(errno));
	if (file != stdin)
		fclose(file);
	*out = strbuf_str(&buf);
	return good;
}

static void add_directory(struct arena *arena, const char *path, struct str *tables, size_t *n)
{
	const char *slash = strrchr(path, '/');
	char *name = slash ? arena_printf(arena, "%.*s/tables", (int)(slash - path), path)
			   : arena_strdup(arena, "tables");
	DIR *dir = opendir(name);

	if (!dir)
		return;
	for (struct dirent *entry = readdir(dir); entry && *n < SC_MAX_TABLES; entry = readdir(dir))
		if (str_has_suffix(str_of(entry->d_name), ".json") &&
		    sc_read(arena, arena_printf(arena, "%s/%s", name, entry->d_name), &tables[*n]))
			++*n;
	closedir(dir);
}

bool sc_read_tables(struct arena *arena, const struct sc_options *options, const char *path,
		    struct sc_tables *out)
{
	out->n = 0;
	for (size_t i = 0; i < options->n_tables; i++)
		if (!sc_read(arena, options->tables[i], &out->list[out->n++]))
			return false;
	add_directory(arena, path, out->list, &out->n);
	return true;
}

struct status sc_compile(struct arena *arena, const struct sc_options *options, const char *path,
			 struct str document, struct screener **out,
			 struct screener_findings *findings)
{
	struct sc_tables tables;

	*findings = (struct screener_findings){};
	if (!sc_read_tables(arena, options, path, &tables))
		return FAIL(TABLE_FILE);
	return screener_compile(arena, document, tables.list, tables.n, out, findings);
}

const char *sc_colour(FILE *out, const char *sequence)
{
	const char *term = getenv("TERM");

	if (!isatty(fileno(out)) || getenv("NO_COLOR") || (term && strcmp(term, "dumb") == 0))
		return "";
	return sequence;
}

/* The line around the place, cut to what a terminal shows, and carets below it. */
static void print_place(FILE *out, struct place place)
{
	size_t column = (size_t)place.column - 1, from = column > 40 ? column - 40 : 0;
	size_t shown = place.source.len - from < 100 ? place.source.len - from : 100;
	size_t carets =
		place.length < shown - (column - from) ? place.length : shown - (column - from);

	fprintf(out, "%6d | %.*s\n       | ", place.line, (int)shown, place.source.ptr + from);
	for (size_t i = from; i < column; i++)
		fputc(place.source.ptr[i] == '\t' ? '\t' : ' ', out);
	fputs(sc_colour(out, SC_GREEN), out);
	for (size_t i = 0; i < (carets ? carets : 1); i++)
		fputc('^', out);
	fprintf(out, "%s\n", sc_colour(out, SC_PLAIN));
}

void sc_print_findings(FILE *out, const char *path, const struct str *source,
		       const struct screener_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct screener_finding *f = &findings->list[i];
		bool error = f->severity == SCREENER_ERROR;

		fprintf(out, "%s%s%s%s%s: %s%s%s: %s [%s]\n", sc_colour(out, SC_BOLD), path,
			*f->pointer ? " " : "", f->pointer, sc_colour(out, SC_PLAIN),
			sc_colour(out, error ? SC_RED : SC_YELLOW), error ? "error" : "warning",
			sc_colour(out, SC_PLAIN), f->message, f->code);
		if (source && strcmp(f->code, "JSON") != 0)
			print_place(out, locate(*source, f->pointer));
	}
}

json_t *sc_findings_json(const struct screener_findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->n; i++) {
		const struct screener_finding *f = &findings->list[i];

		json_array_append_new(list,
				      json_pack("{s:s,s:s,s:s,s:s}", "pointer", f->pointer, "code",
						f->code, "severity",
						f->severity == SCREENER_ERROR ? "error" : "warning",
						"message", f->message));
	}
	return list;
}

void sc_print_json(json_t *value, bool pretty)
{
	json_dumpf(value, stdout,
		   JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
			   (pretty ? JSON_INDENT(2) : JSON_COMPACT));
	putchar('\n');
	json_decref(value);
}

int sc_run(int argc, char **argv, int n_files, const char *usage,
	   int (*command)(struct arena *arena, const struct sc_options *o))
{
	struct sc_options options;
	struct arena *arena;
	int status;

	if (!sc_parse(argc, argv, n_files, usage, &options))
		return CTL_USAGE;
	if (options.help)
		return CTL_OK;
	arena = arena_new(SIZE_MAX);
	status = command(arena, &options);
	arena_free(&arena);
	return status;
}

void sc_say_failure(const char *path, struct status st)
{
	fprintf(stderr, "%s: error: %s [%s]\n", path, reason_sentence(st.reason),
		reason_name(st.reason));
}
