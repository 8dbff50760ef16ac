#include "replay.h"
#include "base/encoding.h"

#include <stdlib.h>
#include <string.h>

struct sampling {
	const struct db_query *query;
	struct uuid tenant;
	const struct probe_text *row;
};

static struct status fetch_sample(struct tx *tx, void *arg)
{
	struct sampling *s = arg;

	return db_fetch(tx, s->query, &s->tenant, (void **)&s->row, NULL);
}

static struct status take_samples(struct replay *r, struct db_conn *conn,
				  const struct db_query *queries)
{
	struct db_tx how = {.kind = DB_ONE, .arena = r->scratch};

	for (size_t i = 0; i < r->tables->n; i++) {
		struct sampling s = {.query = &queries[i], .tenant = r->proof->hidden};
		json_t *row;

		arena_reset(r->scratch, false);
		TRY(db_run(conn, &how, fetch_sample, &s));
		row = s.row ? json_loadb(s.row->text.ptr, s.row->text.len, 0, NULL) : NULL;
		if (row)
			json_object_set_new(r->samples, r->tables->rows[i].name, row);
	}
	return OK;
}

struct status replay_init(struct replay *replay, struct proof *proof,
			  const struct tenant_tables *tables)
{
	struct db_query *queries = arena_array_of(proof->arena, struct db_query, tables->n);
	struct db_catalogue sampling = {.name = "samples", .queries = queries, .n = tables->n};
	const struct db_catalogue *catalogue = &sampling;
	struct db_conn *conn;
	struct status st;

	*replay = (struct replay){.proof = proof,
				  .tables = tables,
				  .nobody = uuid_v7(instant_now()),
				  .scratch = arena_new(SIZE_MAX),
				  .samples = json_object(),
				  .found = json_array()};
	for (size_t i = 0; i < tables->n; i++)
		queries[i] = probe_of_text(proof->arena, tables->rows[i].name,
					   tables->rows[i].sample, true);
	TRY(proof_migrator(proof, NULL, &catalogue, 1, &conn));
	st = take_samples(replay, conn, queries);
	db_conn_free(&conn);
	return st;
}

void replay_free(struct replay *replay)
{
	json_decref(replay->samples);
	json_decref(replay->found);
	arena_free(&replay->scratch);
}

/* "id" of a table met in the plan, or "session_id" as the id of "consumer.session". */
static const json_t *sample_of(const struct replay *r, const struct plan_check *plan,
			       const char *name)
{
	for (size_t i = 0; i < plan->n_met; i++) {
		const char *table = plan->met[i]->name, *own = strchr(table, '.') + 1;
		const json_t *row = json_object_get(r->samples, table);
		size_t len = strlen(own);

		if (json_object_get(row, name))
			return json_object_get(row, name);
		if (strncmp(name, own, len) == 0 && strcmp(name + len, "_id") == 0)
			return json_object_get(row, "id");
	}
	return NULL;
}

/* One value in place; without a sample what lets a statement find the most. */
static void put_scalar(struct arena *arena, enum db_type type, const json_t *sample, void *at)
{
	struct str text = str_of(json_string_value(sample) ? json_string_value(sample) : "");

	switch (type) {
	case DB_UUID:
		if (!uuid_parse(text, at))
			*(struct uuid *)at = uuid_v7(instant_now());
		break;
	case DB_TEXT: *(const char **)at = str_dup(arena, text); break;
	case DB_INT4: *(int32_t *)at = sample ? (int32_t)json_integer_value(sample) : 100; break;
	case DB_INT8: *(int64_t *)at = sample ? json_integer_value(sample) : 100; break;
	case DB_BOOL: *(bool *)at = sample ? json_is_true(sample) : true; break;
	case DB_INSTANT:
		if (!instant_parse(text, at))
			*(instant *)at = instant_now();
		break;
	case DB_DATE:
		if (!date_parse(text, at))
			*(date_days *)at = date_of_instant(instant_now());
		break;
	default: break;
	}
}

/* bytea comes as "\\x" and hex digits. */
static struct str bytes_of(struct arena *arena, const json_t *sample)
{
	struct str hex = str_of(json_string_value(sample));
	char *bytes = arena_alloc(arena, hex.len / 2 + 1);

	if (hex.len < 2 ||
	    !hex_decode(bytes, hex.len / 2 - 1, (struct str){hex.ptr + 2, hex.len - 2}))
		return STR("");
	return (struct str){bytes, hex.len / 2 - 1};
}

static struct str json_of(struct arena *arena, const json_t *sample)
{
	char *text = sample ? json_dumps(sample, JSON_ENCODE_ANY) : NULL;
	const char *kept = arena_strdup(arena, text ? text : "{}");

	free(text);
	return str_of(kept);
}

/* A list of the one sample: "ids" of a column "id". */
static void put_list(struct arena *arena, const struct db_column *column, const json_t *sample,
		     void *at)
{
	void *item = arena_calloc(arena, 1, sizeof(struct uuid));

	if (column->type == DB_UUID_LIST) {
		put_scalar(arena, DB_UUID, sample, item);
		*(struct uuid_list *)at = (struct uuid_list){item, sample ? 1 : 0};
	} else {
		put_scalar(arena, DB_TEXT, sample, item);
		*(struct text_list *)at = (struct text_list){item, sample ? 1 : 0};
	}
}

static bool is_pointed_to(const struct db_column *column)
{
	return column->is_nullable && column->type != DB_TEXT && column->type < DB_BYTES;
}

static void put(struct replay *r, const struct plan_check *plan, const struct db_column *column,
		void *member)
{
	const json_t *sample = sample_of(r, plan, column->name);
	size_t len = strlen(column->name);
	void *scalar;

	if (column->type >= DB_TEXT_LIST && !sample && len > 1)
		sample = sample_of(r, plan, arena_strndup(r->scratch, column->name, len - 1));
	if (column->is_nullable && (!sample || json_is_null(sample)))
		return;
	if (is_pointed_to(column)) {
		scalar = arena_calloc(r->scratch, 1, sizeof(struct uuid));
		put_scalar(r->scratch, column->type, sample, scalar);
		*(void **)member = scalar;
	} else if (column->type == DB_BYTES) {
		*(struct str *)member = bytes_of(r->scratch, sample);
	} else if (column->type == DB_JSON) {
		*(struct str *)member = json_of(r->scratch, sample);
	} else if (column->type >= DB_TEXT_LIST) {
		put_list(r->scratch, column, sample, member);
	} else {
		put_scalar(r->scratch, column->type, sample, member);
	}
}

static void *arguments_of(struct replay *r, const struct db_query *query,
			  const struct plan_check *plan)
{
	size_t size = 0;
	void *args;

	for (size_t i = 0; i < query->n_args; i++)
		if (query->args[i].offset >= size)
			size = query->args[i].offset + sizeof(struct str) + sizeof(struct uuid);
	args = arena_calloc(r->scratch, 1, size + 1);
	for (size_t i = 0; i < query->n_args; i++)
		put(r, plan, &query->args[i], (char *)args + query->args[i].offset);
	return args;
}

struct run {
	struct db_query query; /* as the daemon's, but any number of rows may come */
	const void *args;
	int64_t n;
	struct status st;
};

static struct status run_and_undo(struct tx *tx, void *arg)
{
	struct run *run = arg;
	size_t n = 0;
	void *rows;

	if (run->query.n_columns) {
		run->st = db_fetch(tx, &run->query, run->args, &rows, &n);
		run->n = (int64_t)n;
	} else {
		run->st = db_execute(tx, &run->query, run->args, &run->n);
	}
	return STOP;
}

static struct status run_for(struct replay *r, struct db_conn *conn, struct run *run,
			     struct uuid tenant)
{
	struct db_tx how = {.kind = DB_WRITE, .tenant = tenant, .arena = r->scratch};
	struct status st = db_run(conn, &how, run_and_undo, run);

	return st.code == STATUS_UNAVAILABLE ? st : OK;
}

struct status replay_statement(struct replay *replay, struct db_conn *conn,
			       const struct db_query *query, const struct plan_check *plan)
{
	struct run own = {.query = *query}, other;

	arena_reset(replay->scratch, false);
	if (query->n_columns)
		own.query.rows = DB_ROWS_MANY;
	own.args = arguments_of(replay, query, plan);
	other = own;
	TRY(run_for(replay, conn, &own, replay->proof->hidden));
	TRY(run_for(replay, conn, &other, replay->nobody));
	if (is_failed(other.st)) {
		replay->refused++;
		return OK;
	}
	replay->tried++;
	replay->telling += is_ok(own.st) && own.n > 0;
	if (other.n > 0)
		proof_find(replay->found, "%s: %lld rows of another tenant", query->statement,
			   (long long)other.n);
	return OK;
}
