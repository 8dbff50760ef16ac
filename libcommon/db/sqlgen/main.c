/*
 * aegis-sqlgen generate NAME QUERIES.sql SHOWN OUT_DIR [messages=SET.pb] [MIGRATION.sql ...]
 *	writes OUT_DIR/NAME/queries.h and queries.c, and with the contract as protoc's
 *	descriptor set fill.h and fill.c; SHOWN is the path for error messages
 * aegis-sqlgen embed OUT.c SVC:MIGRATION.sql ... [SVC:roles.txt ...]
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "gen.h"

void gen_error(struct gen_file *file, unsigned line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", file->shown, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	file->n_errors++;
}

struct str gen_read(struct arena *arena, const char *path)
{
	struct strbuf text = strbuf_new(arena);
	char block[8192];
	FILE *in = fopen(path, "r");
	size_t n;

	if (!in) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	strbuf_add_c(&text, "");
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	return strbuf_str(&text);
}

static bool holds(const char *path, struct str text)
{
	struct arena *arena;
	struct stat st;
	bool same;

	if (stat(path, &st) < 0 || (size_t)st.st_size != text.len)
		return false;
	arena = arena_new(SIZE_MAX);
	same = str_eq(gen_read(arena, path), text);
	arena_free(&arena);
	return same;
}

int gen_write(const char *path, struct str text)
{
	FILE *out;
	bool is_written;

	if (holds(path, text))
		return 0;
	out = fopen(path, "w");
	is_written = out && fwrite(text.ptr, 1, text.len, out) == text.len;
	if (out && fclose(out) != 0)
		is_written = false;
	if (!is_written)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return is_written ? 0 : 1;
}

static int write_pair(const struct gen_file *file, const char *dir, const char *stem,
		      const struct strbuf *header, const struct strbuf *source)
{
	return gen_write(arena_printf(file->arena, "%s/%s.h", dir, stem), strbuf_str(header)) ||
	       gen_write(arena_printf(file->arena, "%s/%s.c", dir, stem), strbuf_str(source));
}

static int write_fill(const struct gen_file *file, const char *dir)
{
	struct strbuf header = strbuf_new(file->arena), source = strbuf_new(file->arena);

	if (!file->model)
		return 0;
	gen_emit_fill_header(file, &header);
	gen_emit_fill_source(file, &source);
	return write_pair(file, dir, "fill", &header, &source);
}

static int generate(int argc, char **argv)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct gen_file file = {.arena = arena, .name = argv[0], .path = argv[1], .shown = argv[2]};
	struct db_migration_id *ids = arena_array_of(arena, struct db_migration_id, (size_t)argc);
	struct strbuf header = strbuf_new(arena), source = strbuf_new(arena);
	const char *dir = arena_printf(arena, "%s/%s", argv[3], file.name);
	size_t n_ids = 0;
	int failed;

	for (int i = 4; i < argc; i++)
		if (strncmp(argv[i], "messages=", 9) == 0)
			file.model = gen_read_model(arena, argv[i] + 9);
		else if (!gen_migration_id(arena, argv[i], &ids[n_ids++]))
			file.n_errors++;
	gen_parse(&file, gen_read(arena, file.path));
	gen_match(&file);
	failed = file.n_errors > 0;
	if (!failed) {
		gen_emit_header(&file, &header);
		gen_emit_source(&file, ids, n_ids, &source);
		if (mkdir(dir, 0777) < 0 && errno != EEXIST)
			perror(dir);
		failed = write_pair(&file, dir, "queries", &header, &source) ||
			 write_fill(&file, dir);
	}
	arena_free(&arena);
	return failed;
}

int main(int argc, char **argv)
{
	if (argc >= 6 && strcmp(argv[1], "generate") == 0)
		return generate(argc - 2, argv + 2);
	if (argc >= 3 && strcmp(argv[1], "embed") == 0)
		return gen_embed(argc - 2, argv + 2);
	fputs("usage: aegis-sqlgen generate NAME QUERIES.sql SHOWN OUT_DIR [messages=SET.pb] "
	      "[MIGRATION.sql ...]\n"
	      "       aegis-sqlgen embed OUT.c SVC:MIGRATION.sql ... [SVC:roles.txt ...]\n",
	      stderr);
	return 2;
}
