#pragma once

/*
 * ProtoJSON (https://protobuf.dev/programming-guides/json) between bytes and
 * protobuf-c messages, driven by descriptors and struct pb_info tables: no
 * tree in between, no allocation outside the arena.
 *
 * Stricter than the standard where the API is: a member may come once, unknown
 * members and enum names are refused, text holds no NUL, a number must be exact.
 * Looser nowhere.  What is refused is told by JSON path, reason and byte
 * offset, with what was expected and what came; a protected value is never repeated.  Numbers with
 * a fraction are read and written by the C library: the process keeps the "C" locale.
 */
#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "pbjson/pb_info.h"

/* Reason, what a person reads. */
#define PBJSON_REASONS(X)                                                                          \
	X(SYNTAX, "is not well-formed JSON")                                                       \
	X(NOT_UTF8, "holds text that is not valid Unicode")                                        \
	X(NUL, "holds a NUL character")                                                            \
	X(DEPTH, "is nested too deeply")                                                           \
	X(SIZE, "is too large")                                                                    \
	X(TOO_MANY_ITEMS, "has too many items")                                                    \
	X(UNKNOWN_FIELD, "is not a member of this message")                                        \
	X(DUPLICATE, "is given more than once")                                                    \
	X(ONEOF_CONFLICT, "excludes a member that is given too")                                   \
	X(TYPE, "has the wrong type")                                                              \
	X(RANGE, "is out of range")                                                                \
	X(NOT_INTEGER, "is not a whole number")                                                    \
	X(NULL_ITEM, "holds null as an item")                                                      \
	X(NULL_VALUE, "cannot be null: this member always has a value")                            \
	X(READ_ONLY, PB_READ_ONLY_TEXT)                                                            \
	X(CREATE_ONLY, PB_CREATE_ONLY_TEXT)                                                        \
	X(UPDATE_ONLY, PB_UPDATE_ONLY_TEXT)                                                        \
	X(UNKNOWN_ENUM, "is not one of the names allowed")                                         \
	X(NOT_BASE64, "is not base64")                                                             \
	X(NOT_TIMESTAMP, "is not an RFC 3339 date and time")                                       \
	X(NOT_DURATION, "is not a duration like 1.5s")                                             \
	X(NOT_FIELD_MASK, "is not a comma-separated list of member paths")

enum pbjson_reason {
	PBJSON_NONE,
#define PBJSON_ENUM(name, text) PBJSON_##name,
	PBJSON_REASONS(PBJSON_ENUM)
#undef PBJSON_ENUM
};

/* "UNKNOWN_FIELD"; "NONE" for PBJSON_NONE. */
const char *pbjson_reason_name(enum pbjson_reason reason);
/* "is out of range". */
const char *pbjson_reason_text(enum pbjson_reason reason);

/* The first thing wrong.  path is "" for the document, else "items[2].code", in the arena. */
struct pbjson_error {
	enum pbjson_reason reason;
	const char *path;
	const char *message; /* "must be true or false, but is a number": a static text or in the
				arena */
	size_t offset;
};

/* "must be …": for errors.  The text in quotes, at most its first 40 bytes. */
const char *pbjson_echo(struct arena *arena, struct str text);
/* "draft, active, ended": the API names of an enum. */
const char *pbjson_enum_names(struct arena *arena, const struct pb_enum_info *info);

/* Members that were given, as paths of proto names ("program.display_name"), in the arena. */
struct pbjson_paths {
	const char **items;
	size_t n;
	size_t cap;
};

#define PBJSON_DEPTH_DEFAULT	32
#define PBJSON_DEPTH_MAX	100
#define PBJSON_BYTES_DEFAULT	((size_t)1 << 20)
#define PBJSON_ITEMS_DEFAULT	1000
#define PBJSON_ELEMENTS_DEFAULT 100000

/* Zero means the default. */
struct pbjson_options {
	uint32_t max_depth; /* objects and arrays within each other, capped at PBJSON_DEPTH_MAX */
	size_t max_bytes;   /* of the document */
	uint32_t max_items; /* of a repeated field or map whose table entry has no limit */
	uint32_t max_elements; /* members and items in the whole document, free JSON included */
	bool ignore_unknown;   /* check and skip unknown members */
	bool open_enums;       /* take enum numbers that have no name */
	/*
	 * As PATCH needs it, where null means "clear" (RFC 7396): only members that can be without
	 * a value take it.  Those are messages, members of a oneof, and text that is not required.
	 */
	bool null_clears;
	/*
	 * Collects the members given, for update_mask: goes into objects of
	 * messages, stops at lists, maps, free JSON and well-known types; null
	 * counts as given.
	 */
	struct pbjson_paths *present;
};

/*
 * Reads json as a message of info's type into the arena.  options may be NULL.
 * INVALID_ARGUMENT with reason MALFORMED_JSON (syntax, Unicode), JSON_TOO_COMPLEX
 * (depth, size, elements) or INVALID_FIELDS (a member is wrong), *error filled.
 * Text, bytes and messages are copied: json may go afterwards.  JSON_TOO_COMPLEX
 * also once the arena is exhausted.
 */
struct status pbjson_parse(struct arena *arena, const struct pb_info *info, struct str json,
			   const struct pbjson_options *options, ProtobufCMessage **msg,
			   struct pbjson_error *error);

/*
 * As pbjson_parse, but json is the value of one top-level field (proto or JSON
 * name) of an existing message: the `body: "program"` of a REST binding.  Error
 * and present paths are relative to the field; after a failure msg is of no
 * use.  An unknown name aborts: it comes from a table.
 */
struct status pbjson_parse_field(struct arena *arena, const struct pb_info *info,
				 ProtobufCMessage *msg, const char *field, struct str json,
				 const struct pbjson_options *options, struct pbjson_error *error);

/*
 * Puts the paths into msg's field `update_mask` when the message has one and
 * it is not set yet.  Paths that start with `update_mask` itself are left out.
 */
void pbjson_fill_mask(struct arena *arena, const struct pb_info *info, ProtobufCMessage *msg,
		      const struct pbjson_paths *present);

/* A message with every field at its default. */
ProtobufCMessage *pbjson_new(struct arena *arena, const struct pb_info *info);

/*
 * Sets fields from text, one at a time: path variables first, then query
 * parameters.  A field set twice is DUPLICATE unless it is repeated.
 */
struct pbjson_binder {
	struct arena *arena;
	const struct pb_info *info;
	ProtobufCMessage *msg;
	const struct pbjson_options *options; /* may be NULL */
	struct pbjson_error error;	      /* of the last failure */
	const void **bound;
	size_t n_bound;
	size_t cap_bound;
};

/*
 * path: dotted proto or JSON names; text: the decoded value.  Takes scalars,
 * enums, bytes (base64), Timestamp, Duration and FieldMask; repeated scalars
 * append.  INVALID_ARGUMENT/INVALID_FIELDS with binder->error filled.
 */
struct status pbjson_bind(struct pbjson_binder *binder, struct str path, struct str text);

struct pbjson_write_options {
	bool omit_defaults; /* leave out scalars at their default and empty lists and maps */
	bool redact;	    /* for logs: leave out phi, pii, secret fields and all free JSON */
};

/*
 * Appends msg as compact JSON to buf.  options may be NULL: defaults are
 * written, unset messages and oneofs are not.  int64 as strings, bytes as
 * base64, enums by API name (a number when unknown), times with 0, 3, 6 or 9
 * digits; free JSON is checked and compacted, empty free JSON is left out.
 * INTERNAL/UNWRITABLE_MESSAGE, buf as before, when a time, duration, mask or
 * free JSON in msg is not valid or the message is nested beyond PBJSON_DEPTH_MAX.
 */
struct status pbjson_write(struct strbuf *buf, const struct pb_info *info,
			   const ProtobufCMessage *msg, const struct pbjson_write_options *options);

/* Only the value of one top-level field (proto or JSON name); null when it is unset. */
struct status pbjson_write_field(struct strbuf *buf, const struct pb_info *info,
				 const ProtobufCMessage *msg, const char *field,
				 const struct pbjson_write_options *options);
