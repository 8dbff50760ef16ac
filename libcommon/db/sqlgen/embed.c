/* Migration files as C tables, so that the tool and the tests need no source tree. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fnv1a.h"
#include "gen.h"

#define MAX_FILES 2000

struct embedded {
	const char *service;
	struct db_migration_id id;
	struct str sql;
};

bool gen_migration_id(struct arena *arena, const char *path, struct db_migration_id *id)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	struct str text;

	for (int i = 0; i < 4; i++)
		if (!isdigit((unsigned char)name[i])) {
			fprintf(stderr, "%s: a migration is called NNNN_name.sql\n", path);
			return false;
		}
	if (name[4] != '_' || !str_has_suffix(str_of(name), ".sql") ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.")] != 0) {
		fprintf(stderr, "%s: a migration is called NNNN_name.sql\n", path);
		return false;
	}
	text = gen_read(arena, path);
	*id = (struct db_migration_id){
		(int)strtol(name, NULL, 10), name,
		arena_printf(arena, "%016llx", (unsigned long long)fnv1a_64(text.ptr, text.len))};
	return true;
}

static int by_service_and_version(const void *a, const void *b)
{
	const struct embedded *left = a, *right = b;
	int order = strcmp(left->service, right->service);

	return order ? order : left->id.version - right->id.version;
}

static void emit_sql(struct strbuf *out, const struct embedded *file)
{
	strbuf_printf(out, "\t{%d, \"%s\", \"%s\",\n\t", file->id.version, file->id.name,
		      file->id.checksum);
	gen_emit_string(out, file->sql.ptr);
	strbuf_add_c(out, "},\n");
}

/* services/<svc>/sql/roles.txt: one word a line. */
static void emit_roles(struct arena *arena, struct strbuf *out, const char *service,
		       const char *path)
{
	struct str text = gen_read(arena, path);

	strbuf_printf(out, "static const char *const roles_%s[] = {", service);
	while (text.len > 0) {
		struct str word = str_trim(str_take_until(&text, '\n'));

		if (word.len > 0 && gen_is_identifier(word))
			strbuf_printf(out, "\"" STR_FMT "\", ", STR_ARG(word));
	}
	strbuf_add_c(out, "NULL};\n");
}

static const char *roles_of(char **roles, size_t n, const char *service)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(roles[i], service, strlen(service)) == 0 &&
		    roles[i][strlen(service)] == ':')
			return roles[i] + strlen(service) + 1;
	return NULL;
}

/* Files of the library: a table of their own, not a service's set. */
static bool is_shared(const char *service)
{
	return strcmp(service, "common") == 0 || strcmp(service, "bootstrap") == 0;
}

static int emit_sets(struct arena *arena, struct strbuf *out, struct embedded *files, size_t n,
		     char **roles, size_t n_roles)
{
	struct strbuf sets = strbuf_new(arena);
	size_t n_sets = 0;

	for (size_t i = 0, end; i < n; i = end) {
		const char *service = files[i].service;
		bool is_common = is_shared(service);
		const char *roles_file = roles_of(roles, n_roles, service);

		strbuf_printf(out,
			      is_common ? "\nconst struct db_migration db_%s_migrations[] = {\n"
					: "\nstatic const struct db_migration files_%s[] = {\n",
			      service);
		for (end = i; end < n && strcmp(files[end].service, service) == 0; end++) {
			if (end > i && files[end].id.version == files[end - 1].id.version) {
				fprintf(stderr, "%s: %s and %s have the same number\n", service,
					files[end - 1].id.name, files[end].id.name);
				return 1;
			}
			emit_sql(out, &files[end]);
		}
		strbuf_add_c(out, "};\n");
		if (is_common) {
			strbuf_printf(out, "const size_t db_n_%s_migrations = %zu;\n", service,
				      end - i);
			continue;
		}
		if (roles_file)
			emit_roles(arena, out, service, roles_file);
		strbuf_printf(&sets, "\t{\"%s\", files_%s, %zu, %s%s},\n", service, service,
			      end - i, roles_file ? "roles_" : "NULL", roles_file ? service : "");
		n_sets++;
	}
	strbuf_printf(out, "\nconst struct db_migration_set db_migration_sets[] = {\n%s\t{}\n};\n",
		      sets.len ? sets.ptr : "");
	strbuf_printf(out, "const size_t db_n_migration_sets = %zu;\n", n_sets);
	return 0;
}

/* aegis-sqlgen embed OUT.c svc:file.sql … svc:roles.txt … */
int gen_embed(int argc, char **argv)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct embedded *files = arena_array_of(arena, struct embedded, MAX_FILES);
	char **roles = arena_array_of(arena, char *, MAX_FILES);
	struct strbuf out = strbuf_new(arena);
	size_t n = 0, n_roles = 0;
	int failed;

	strbuf_add_c(&out, "/* Made by aegis-sqlgen: every migration of this build. */\n"
			   "#include \"db/migrate.h\"\n");
	for (int i = 1; i < argc; i++) {
		char *colon = strchr(argv[i], ':');

		if (!colon || n == MAX_FILES)
			return 2;
		if (str_has_suffix(str_of(argv[i]), "/roles.txt")) {
			roles[n_roles++] = argv[i];
			continue;
		}
		files[n].service = arena_strndup(arena, argv[i], (size_t)(colon - argv[i]));
		if (!gen_migration_id(arena, colon + 1, &files[n].id))
			return 1;
		files[n].sql = gen_read(arena, colon + 1);
		n++;
	}
	qsort(files, n, sizeof *files, by_service_and_version);
	failed = emit_sets(arena, &out, files, n, roles, n_roles);
	if (!failed)
		failed = gen_write(argv[0], strbuf_str(&out));
	arena_free(&arena);
	return failed;
}
