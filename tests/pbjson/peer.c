/*
 * The codec as a filter, for comparison with another implementation:
 *   peer write N    N lines "JSON <tab> wire bytes in hex" of random messages
 *   peer read       lines of JSON in; hex of the wire bytes, or the reason, out
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "pbjson/pbjson.h"
#include "pbjson/random.h"
#include "pbjson/tables.h"
#include "sample.pb-c.h"

static void print_wire(struct arena *arena, const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *wire = arena_alloc(arena, len);
	char *hex = arena_alloc(arena, 2 * len + 1);

	protobuf_c_message_pack(msg, wire);
	hex_encode(hex, wire, len);
	puts(hex);
}

static int write_all(struct arena *arena, const struct pb_info *info, long n)
{
	random_seed();
	for (long i = 0; i < n; i++) {
		const ProtobufCMessage *msg = random_message(arena, info);
		struct strbuf buf = strbuf_new(arena);

		if (is_failed(pbjson_write(&buf, info, msg, NULL)))
			return 1;
		printf("%s\t", buf.ptr);
		print_wire(arena, msg);
		arena_reset(arena, false);
	}
	return 0;
}

static int read_all(struct arena *arena, const struct pb_info *info)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		struct pbjson_error error;
		ProtobufCMessage *msg;

		if (is_ok(pbjson_parse(arena, info, (struct str){line, (size_t)len}, NULL, &msg,
				       &error)))
			print_wire(arena, msg);
		else
			printf("! %s at \"%s\"\n", pbjson_reason_name(error.reason), error.path);
		arena_reset(arena, false);
	}
	free(line);
	return 0;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(1 << 26);
	const struct pb_info *info;
	int result = 2;

	tables_plain();
	info = table_of(&sample__all__descriptor);
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		result = write_all(arena, info, strtol(argv[2], NULL, 10));
	else if (argc == 2 && strcmp(argv[1], "read") == 0)
		result = read_all(arena, info);
	arena_free(&arena);
	return result;
}
