#pragma once

/*
 * The lexer under pbjson_parse and pbjson_bind: a cursor over bytes known to be
 * UTF-8, the place in the document for errors, and the limits.  Internal.
 */
#include "pbjson/pbjson.h"

/* Where the reader is; lives on the C stack of the parser. */
struct frame {
	const struct frame *parent;
	const char *json_name;	/* NULL: an item or map entry */
	const char *proto_name; /* NULL: an item or map entry */
	size_t index;
};

struct reader {
	const char *start;
	const char *at;
	const char *end;
	struct arena *arena;
	const struct frame *frame;
	struct pbjson_error *error;
	struct pbjson_paths *present; /* NULL: not collecting */
	uint32_t depth;
	uint32_t max_depth;
	uint32_t max_items;
	uint32_t elements_left;
	uint32_t objects; /* free JSON objects seen, tells their keys apart */
	bool ignore_unknown;
	bool open_enums;
	bool null_clears;
	enum pb_body body; /* the object at hand is a resource in a request */
};

enum token_kind {
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_TRUE,
	TOKEN_FALSE,
	TOKEN_BARE, /* text without JSON's types: a map key, a query parameter */
};

struct token {
	enum token_kind kind;
	bool in_arena; /* text is NUL-terminated and in the arena already */
	struct str text;
	const char *at;
};

void reader_init(struct reader *r, struct arena *arena, struct str text,
		 const struct pbjson_options *options, struct pbjson_error *error);

/* Fills *error and returns the reason of the status that goes with it; at is where. */
enum reason reader_note(struct reader *r, enum pbjson_reason reason, const char *at);
/* As reader_note for a member of the current object that has no frame of its own. */
enum reason reader_note_member(struct reader *r, enum pbjson_reason reason, struct str name,
			       const char *at);

/* A note is always a failure.  Said once more here, so that a compiler follows no path on which a
 * caller goes on without its value. */
static inline struct status reader_noted(enum reason reason)
{
	struct status st = fail_as(reason);

	return is_failed(st) ? st : FAIL(INTERNAL);
}

static inline struct status reader_fail(struct reader *r, enum pbjson_reason reason, const char *at)
{
	return reader_noted(reader_note(r, reason, at));
}

/* Better words for the error that was just noted: of a member's value, a well-known one, a name. */
void expect_scalar(struct reader *r, const ProtobufCFieldDescriptor *field,
		   const struct pb_field_info *info, const struct token *token);
void expect_wellknown(struct reader *r, const struct pb_info *info);
void expect_member_of(struct reader *r, const struct pb_info *info);
/* UNKNOWN_FIELD, with the names that the message has. */
static inline struct status reader_fail_unknown(struct reader *r, const struct pb_info *info,
						struct str name, const char *at)
{
	enum reason reason = reader_note_member(r, PBJSON_UNKNOWN_FIELD, name, at);

	expect_member_of(r, info);
	return reader_noted(reason);
}
/* TYPE, with what was expected: "must be a list". */
static inline struct status reader_fail_shape(struct reader *r, const char *expected)
{
	struct status st = reader_fail(r, PBJSON_TYPE, r->at);

	r->error->message = expected;
	return st;
}

/* SYNTAX/UTF-8 of the whole input, once, before anything is read. */
struct status reader_check_utf8(struct reader *r);

/* Moves to the next byte that is not white space and returns it, 0 at the end. */
static inline char reader_peek(struct reader *r)
{
	while (r->at < r->end) {
		char c = *r->at;

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return c;
		r->at++;
	}
	return '\0';
}

struct status reader_expect(struct reader *r, char c);
/* true, false or null at the cursor. */
struct status reader_literal(struct reader *r, const char *word);
/* The number at the cursor, RFC 8259 grammar. */
struct status reader_number(struct reader *r, struct str *text);
/* The string at the cursor; points into the input unless it had escapes (then into the arena). */
struct status reader_string(struct reader *r, struct token *token);
/* A string, number or boolean; TYPE for anything else. */
struct status reader_scalar(struct reader *r, struct token *token);

/* Past '{' or '['; DEPTH when that is too deep.  reader_leave goes past the closing one. */
struct status reader_enter(struct reader *r);
static inline void reader_leave(struct reader *r)
{
	r->at++;
	r->depth--;
}

/* Counts one member or item of the document. */
struct status reader_count(struct reader *r);
/* SIZE once the arena is exhausted: "{}" is short, the struct it makes is not. */
struct status reader_check_room(struct reader *r);

/*
 * Between items: past ',' (*more stays true) or at close (*more false).  first
 * allows close at once.
 */
struct status reader_next(struct reader *r, char close, bool first, bool *more);

/* The path of a frame, JSON names or proto names. */
char *frame_path(struct arena *arena, const struct frame *frame, bool proto);

/*
 * A set of 64-bit hashes; a hash met twice counts as the same key.  A collision
 * can only refuse the sender's own document.
 */
struct keyset {
	struct arena *arena;
	uint64_t *slots;
	size_t n;
	size_t cap;
};
/* false if it was there. */
bool keyset_add(struct keyset *set, uint64_t hash);

/*
 * Any JSON value at the cursor, checked: grammar, depth, elements, no duplicate
 * members, no NUL, numbers within a double.  *span is where it stands.
 */
struct status raw_skip(struct reader *r, struct str *span);
/* The value as free JSON without white space, at most max bytes (0: any). */
struct status raw_copy(struct reader *r, size_t max, ProtobufCBinaryData *out);
/* Copies valid JSON without the white space between tokens; returns the length. */
size_t raw_compact(char *out, struct str json);

/* The length of the JSON number at p, 0 if there is none. */
size_t number_length(const char *p, const char *end);
/* Exact value of a number token: NONE, NOT_INTEGER or RANGE (beyond 64 bits). */
enum pbjson_reason number_integer(struct str text, bool *negative, uint64_t *magnitude);
/* NONE or RANGE; also takes "NaN", "Infinity", "-Infinity" (TYPE for other text). */
enum pbjson_reason number_double(struct arena *arena, struct str text, double *out);
enum pbjson_reason number_float(struct arena *arena, struct str text, float *out);

/* Text forms of well-known types; false if text is not one. */
bool wellknown_timestamp(struct str text, int64_t *seconds, int32_t *nanos);
bool wellknown_duration(struct str text, int64_t *seconds, int32_t *nanos);
bool wellknown_mask(struct arena *arena, struct str text, char ***paths, size_t *n);

#define TIMESTAMP_TEXT 40
/* Bytes written, without NUL; 0 if out of range. */
size_t wellknown_timestamp_text(char out[TIMESTAMP_TEXT], int64_t seconds, int32_t nanos);
size_t wellknown_duration_text(char out[TIMESTAMP_TEXT], int64_t seconds, int32_t nanos);
/* The lowerCamel form of a mask path; false if it has none that reads back. */
bool wellknown_mask_path(const char *path, char *out, size_t *len);

/* Stores a scalar (anything but messages and free JSON) at member. */
struct status scalar_store(struct reader *r, const ProtobufCFieldDescriptor *field,
			   const struct pb_field_info *info, const struct token *token,
			   void *member);
/* A message of a well-known type from its text form. */
struct status scalar_store_wellknown(struct reader *r, const struct pb_info *info,
				     const struct token *token, ProtobufCMessage *msg);
