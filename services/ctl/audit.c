#include "audit.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "commands.h"
#include "merkle/checkpoint.h"

/*
 * An export is JSON lines: first the header
 *   {"format":"aegis-audit/1","checkpoint":"…"}
 * then, in order, one line an entry
 *   {"index":0,"leaf":"<base64 of the hashed bytes>"}
 */
struct audit_file {
	struct arena *arena;
	FILE *in;
	const char *path;
	size_t line;
	char *text;
	size_t text_cap;
};

struct verification {
	const char *origin;
	uint8_t key[SIGN_PUBLIC_BYTES];
	struct checkpoint claimed;     /* the export's own checkpoint */
	struct checkpoint seen_before; /* --old-checkpoint */
	bool has_old;
	bool old_matches;
	struct merkle_frontier tree;
};

static int refuse(const struct audit_file *file, const char *what)
{
	printf("NOT PROVEN: %s:%zu: %s\n", file->path, file->line, what);
	return CTL_FAILED;
}

/* The next line as a JSON object; NULL at the end or when it is none. */
static json_t *next_object(struct audit_file *file)
{
	ssize_t len = getline(&file->text, &file->text_cap, file->in);
	json_t *json;

	if (len < 0)
		return NULL;
	file->line++;
	json = json_loadb(file->text, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
	if (json && !json_is_object(json)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static bool read_header(struct audit_file *file, struct verification *v)
{
	json_t *header = next_object(file);
	const char *format = json_string_value(json_object_get(header, "format"));
	const char *note = json_string_value(json_object_get(header, "checkpoint"));
	bool good = format && note && strcmp(format, "aegis-audit/1") == 0 &&
		    checkpoint_open(file->arena, str_of(note), v->origin, v->key, &v->claimed);

	json_decref(header);
	return good;
}

/* Does the leaf itself say that it stands here? */
static bool leaf_is_at(const uint8_t *leaf, size_t len, uint64_t index)
{
	json_t *json = json_loadb((const char *)leaf, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *said = json_object_get(json, "index");
	bool good = json_is_integer(said) && json_integer_value(said) == (json_int_t)index;

	json_decref(json);
	return good;
}

static const char *add_entry(struct audit_file *file, struct verification *v, json_t *entry)
{
	json_t *index = json_object_get(entry, "index");
	const char *leaf64 = json_string_value(json_object_get(entry, "leaf"));
	struct arena_mark mark = arena_mark(file->arena);
	struct merkle_hash hash;
	uint8_t *leaf;
	size_t len;

	if (!json_is_integer(index) || json_integer_value(index) != (json_int_t)v->tree.size)
		return "entries are missing, doubled or out of order";
	if (!leaf64 || !base64_decode_any(file->arena, str_of(leaf64), &leaf, &len))
		return "the entry has no leaf";
	if (!leaf_is_at(leaf, len, v->tree.size))
		return "the entry was written for another place in the log";
	hash = merkle_leaf(leaf, len);
	merkle_append(&v->tree, &hash, NULL, NULL);
	arena_rewind(file->arena, mark);
	if (v->has_old && v->tree.size == v->seen_before.size) {
		struct merkle_hash root = merkle_root(&v->tree);

		v->old_matches = merkle_hash_eq(&root, &v->seen_before.root);
	}
	return NULL;
}

static int verify_entries(struct audit_file *file, struct verification *v)
{
	struct merkle_hash root;
	json_t *entry;

	while ((entry = next_object(file))) {
		const char *wrong = add_entry(file, v, entry);

		json_decref(entry);
		if (wrong)
			return refuse(file, wrong);
	}
	if (!feof(file->in))
		return refuse(file, "not a JSON object");
	if (v->tree.size != v->claimed.size)
		return refuse(file, "the number of entries is not the checkpoint's");
	root = merkle_root(&v->tree);
	if (!merkle_hash_eq(&root, &v->claimed.root))
		return refuse(file,
			      "the entries do not hash to the checkpoint's root: one was changed");
	if (v->has_old && !v->old_matches)
		return refuse(file, "the log is not an extension of the older checkpoint: it was "
				    "rolled back or forked");
	return CTL_OK;
}

static int verify_file(struct audit_file *file, struct verification *v)
{
	char root[2 * MERKLE_HASH + 1];
	int status;

	if (!read_header(file, v))
		return refuse(file, "no checkpoint signed by this key");
	if (v->has_old && v->seen_before.size == 0)
		v->old_matches = true;
	status = verify_entries(file, v);
	if (status != CTL_OK)
		return status;
	hex_encode(root, v->claimed.root.bytes, MERKLE_HASH);
	printf("proven: %llu entries of %s, root %s\n", (unsigned long long)v->claimed.size,
	       v->origin, root);
	return CTL_OK;
}

static const char verify_help[] =
	"usage: aegisctl audit verify EXPORT --key VERIFIER-KEY [--old-checkpoint FILE]\n\n"
	"Proves an export of the audit log offline: every entry, their order and number, "
	"and\n"
	"the signature. VERIFIER-KEY is what GET /api/audit/key says, kept from before.\n"
	"With --old-checkpoint the log must also extend that older signed note.\n"
	"Exit status 0: proven, 1: not, 2: usage.\n";

static bool read_old(struct arena *arena, const char *path, struct verification *v)
{
	FILE *in = fopen(path, "r");
	char note[4096];
	size_t len = in ? fread(note, 1, sizeof note, in) : 0;

	if (in)
		fclose(in);
	v->has_old = true;
	return checkpoint_open(arena, (struct str){note, len}, v->origin, v->key, &v->seen_before);
}

static int verify_with(struct arena *arena, const char *path, const char *key, const char *old)
{
	struct audit_file file = {.arena = arena, .path = path};
	struct verification v = {};
	char *origin;
	int status;

	if (!checkpoint_parse_key(arena, str_of(key), &origin, v.key)) {
		fputs("aegisctl: that is not a verifier key\n", stderr);
		return CTL_USAGE;
	}
	v.origin = origin;
	if (old && !read_old(arena, old, &v)) {
		fprintf(stderr, "aegisctl: %s is not a checkpoint signed by this key\n", old);
		return CTL_FAILED;
	}
	file.in = fopen(path, "r");
	if (!file.in) {
		fprintf(stderr, "aegisctl: %s: %s\n", path, strerror(errno));
		return CTL_USAGE;
	}
	status = verify_file(&file, &v);
	fclose(file.in);
	free(file.text);
	return status;
}

static int audit_verify(int argc, char **argv)
{
	static const struct option options[] = {{"key", required_argument, NULL, 'k'},
						{"old-checkpoint", required_argument, NULL, 'o'},
						{"help", no_argument, NULL, 'h'},
						{}};
	const char *key = NULL, *old = NULL;
	struct arena *arena;
	int c, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'k': key = optarg; break;
		case 'o': old = optarg; break;
		case 'h': return ctl_usage(verify_help, CTL_OK);
		default: return ctl_usage(verify_help, CTL_USAGE);
		}
	}
	if (!key || optind + 1 != argc)
		return ctl_usage(verify_help, CTL_USAGE);
	arena = arena_new(SIZE_MAX);
	status = verify_with(arena, argv[optind], key, old);
	arena_free(&arena);
	return status;
}

int ctl_audit(int argc, char **argv)
{
	static const struct ctl_command rows[] = {
		{"verify", audit_verify, "prove an export of the audit log offline"},
		{},
	};

	return ctl_dispatch("aegisctl audit", rows, argc, argv);
}
