/* The largest JSON body that a request can be: what is longer breaks one of its limits anyway. */
#include "emit.h"

#define BODY_MAX      ((size_t)1 << 20) /* of the platform, whatever the fields say */
#define WHITE_SPACE   ((size_t)4096)	/* for people who indent */
#define ESCAPED_BYTES 12		/* \ud83d\ude00: the longest form of one code point */
#define NUMBER_BYTES  32
#define WORD_BYTES    64 /* names of enums, times, masks of one path */

static size_t capped(size_t n)
{
	return n < BODY_MAX ? n : BODY_MAX;
}

static size_t size_of_message(const struct pg_message *m, enum pb_body body);

static size_t size_of_text(const Opt__Field *o)
{
	return capped((o->max_len ? o->max_len : 1024) * (size_t)ESCAPED_BYTES + 2);
}

static size_t size_of_value(const struct pg_field *f)
{
	const Opt__Field *o = f->opt;

	if (f->message)
		return f->message->well_known == PB_WK_FIELD_MASK ? (size_t)16 * WORD_BYTES
		       : f->message->well_known != PB_WK_NONE
			       ? WORD_BYTES
			       : size_of_message(f->message, f->body);
	if (f->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING)
		return size_of_text(o);
	if (f->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES)
		return o->json ? capped(o->json_max_bytes ? o->json_max_bytes : 65536)
			       : capped((o->max_len ? o->max_len : 1024) * (size_t)2 + 8);
	return f->enumeration ? WORD_BYTES : NUMBER_BYTES;
}

/* Of a resource only the members count that its rpc writes. */
static size_t size_of_message(const struct pg_message *m, enum pb_body body)
{
	size_t size = 2;

	for (size_t i = 0; i < m->n_fields && size < BODY_MAX; i++) {
		const struct pg_field *f = &m->fields[i];
		size_t n = f->repeated ? (f->opt->max_items ? f->opt->max_items : 1000) : 1;

		if (body && !field_is_written(f, body))
			continue;
		size += strlen(f->proto->name) * 2 + 8 + n * (size_of_value(f) + 2);
	}
	return capped(size);
}

size_t body_max_of(const struct pg_method *m, const struct pg_binding *b)
{
	size_t size = size_of_message(m->input, PB_BODY_NONE);

	for (size_t i = 0; i < m->input->n_fields; i++)
		if (strcmp(m->input->fields[i].proto->name, b->body) == 0)
			size = size_of_value(&m->input->fields[i]);
	return capped(size + WHITE_SPACE);
}
