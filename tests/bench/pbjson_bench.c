/*
 * JSON to protobuf bytes and back, about one kilobyte: the codec beside the
 * same work through jansson trees.  Interleaved rounds, medians, the ratio as
 * the result.  Prints one line of JSON after the table.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "pbjson/pbjson.h"
#include "pbjson/tables.h"
#include "sample.pb-c.h"

#define ROUNDS	   9
#define ITERATIONS 4000

struct bench {
	struct arena *arena;
	const struct pb_info *info;
	struct str json;
	uint8_t wire[2048];
	size_t wire_len;
	size_t sink;
};

static void fail(const char *what)
{
	fprintf(stderr, "pbjson_bench: %s\n", what);
	exit(1);
}

static void direct_in(struct bench *b)
{
	uint8_t out[2048];
	struct pbjson_error error;
	ProtobufCMessage *msg;

	arena_reset(b->arena, false);
	if (is_failed(pbjson_parse(b->arena, b->info, b->json, NULL, &msg, &error)))
		fail("the codec refused the document");
	b->sink += protobuf_c_message_pack(msg, out);
}

static void *from_arena(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void to_arena(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

static ProtobufCMessage *unpacked(struct bench *b)
{
	ProtobufCAllocator allocator = {from_arena, to_arena, b->arena};
	ProtobufCMessage *msg =
		protobuf_c_message_unpack(b->info->descriptor, &allocator, b->wire_len, b->wire);

	if (!msg)
		fail("the message does not unpack");
	return msg;
}

static void direct_out(struct bench *b)
{
	struct strbuf buf;

	arena_reset(b->arena, false);
	buf = strbuf_new(b->arena);
	if (is_failed(pbjson_write(&buf, b->info, unpacked(b), NULL)))
		fail("the codec did not write");
	b->sink += buf.len;
}

static const char *text_of(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		fail("text expected");
	return json_string_value(value);
}

static void tree_condition(struct bench *b, json_t *in, Sample__Condition *out)
{
	sample__condition__init(out);
	out->id = arena_strdup(b->arena, text_of(in, "id"));
	out->field = arena_strdup(b->arena, text_of(in, "field"));
	out->op = arena_strdup(b->arena, text_of(in, "op"));
	out->value = strtoll(text_of(in, "value"), NULL, 10);
	out->required = json_is_true(json_object_get(in, "required"));
}

static void tree_in(struct bench *b)
{
	Google__Protobuf__Timestamp published = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Sample__Screener screener = SAMPLE__SCREENER__INIT;
	uint8_t out[2048];
	json_t *root, *list;
	instant t = 0;

	arena_reset(b->arena, false);
	root = json_loadb(b->json.ptr, b->json.len, JSON_REJECT_DUPLICATES, NULL);
	if (!root || !instant_parse(str_of(text_of(root, "publishedAt")), &t))
		fail("jansson refused the document");
	screener.id = arena_strdup(b->arena, text_of(root, "id"));
	screener.title = arena_strdup(b->arena, text_of(root, "title"));
	screener.version = (int32_t)json_integer_value(json_object_get(root, "version"));
	published.seconds = t / SECONDS(1);
	screener.published_at = &published;
	list = json_object_get(root, "conditions");
	screener.n_conditions = json_array_size(list);
	screener.conditions = arena_array_of(b->arena, Sample__Condition *, screener.n_conditions);
	for (size_t i = 0; i < screener.n_conditions; i++) {
		screener.conditions[i] = arena_new_of(b->arena, Sample__Condition);
		tree_condition(b, json_array_get(list, i), screener.conditions[i]);
	}
	b->sink += sample__screener__pack(&screener, out);
	json_decref(root);
}

static json_t *condition_tree(const Sample__Condition *in)
{
	char value[24];

	snprintf(value, sizeof value, "%lld", (long long)in->value);
	return json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", in->id, "field", in->field, "op", in->op,
			 "value", value, "required", in->required);
}

static void tree_out(struct bench *b)
{
	const Sample__Screener *screener;
	char published[INSTANT_TEXT];
	json_t *root, *list;
	char *text;

	arena_reset(b->arena, false);
	screener = (const Sample__Screener *)unpacked(b);
	instant_format(published, SECONDS(screener->published_at->seconds));
	list = json_array();
	for (size_t i = 0; i < screener->n_conditions; i++)
		json_array_append_new(list, condition_tree(screener->conditions[i]));
	root = json_pack("{s:s,s:s,s:i,s:s,s:o}", "id", screener->id, "title", screener->title,
			 "version", screener->version, "publishedAt", published, "conditions",
			 list);
	text = json_dumps(root, JSON_COMPACT);
	b->sink += strlen(text);
	free(text);
	json_decref(root);
}

static double microseconds(struct bench *b, void (*work)(struct bench *))
{
	instant begin = instant_monotonic();

	for (int i = 0; i < ITERATIONS; i++)
		work(b);
	return (double)(instant_monotonic() - begin) / ITERATIONS;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct str sample(struct arena *arena)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, "{\"id\":\"0190b6a0-7c1e-7000-8000-000000000001\",\"title\":\"Statin "
			   "assistance\",\"version\":7,\"publishedAt\":\"2026-01-31T09:30:00Z\","
			   "\"conditions\":[");
	for (int i = 0; i < 10; i++)
		strbuf_printf(&buf,
			      "%s{\"id\":\"c%02d\",\"field\":\"household_income_%d\",\"op\":"
			      "\"less_or_equal\",\"value\":\"%d\",\"required\":%s}",
			      i ? "," : "", i, i, 6384000 + i, i % 2 ? "true" : "false");
	strbuf_add_c(&buf, "]}");
	return strbuf_str(&buf);
}

static void prepare(struct bench *b, struct arena *texts)
{
	struct pbjson_error error;
	ProtobufCMessage *msg;

	b->info = table_of(&sample__screener__descriptor);
	b->json = sample(texts);
	if (is_failed(pbjson_parse(texts, b->info, b->json, NULL, &msg, &error)))
		fail("the sample is not valid");
	b->wire_len = protobuf_c_message_pack(msg, b->wire);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*work)(struct bench *);
	} works[] = {{"in, codec", direct_in},
		     {"in, jansson", tree_in},
		     {"out, codec", direct_out},
		     {"out, jansson", tree_out}};
	struct arena *texts = arena_new(1 << 20);
	struct bench b = {.arena = arena_new(1 << 20)};
	double rounds[4][ROUNDS], median[4];

	prepare(&b, texts);
	for (int r = 0; r < ROUNDS; r++)
		for (size_t i = 0; i < 4; i++)
			rounds[i][r] = microseconds(&b, works[i].work);
	printf("%zu B of JSON, %zu B of protobuf\n", b.json.len, b.wire_len);
	for (size_t i = 0; i < 4; i++) {
		qsort(rounds[i], ROUNDS, sizeof rounds[i][0], ascending);
		median[i] = rounds[i][ROUNDS / 2];
		printf("%-14s %7.2f us  %6.0f MB/s\n", works[i].name, median[i],
		       (double)b.json.len / median[i]);
	}
	printf("{\"bench\":\"pbjson\",\"in_us\":%.2f,\"out_us\":%.2f,\"in_ratio\":%.1f,"
	       "\"out_ratio\":%.1f}\n",
	       median[0], median[2], median[1] / median[0], median[3] / median[2]);
	arena_free(&b.arena);
	arena_free(&texts);
	return b.sink == 0;
}
