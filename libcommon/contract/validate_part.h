#pragma once

/*
 * What the two files of the validator share: the place in the message, and the checks of one
 * value by its field's options.  A check adds each violation to the walk.
 */
#include <google/protobuf/duration.pb-c.h>
#include <google/protobuf/timestamp.pb-c.h>
#include <protobuf-c/protobuf-c.h>

#include "contract/method.h"
#include "pbjson/pbjson.h"

#define PATH_MAX_BYTES 256

/* The place in the message, as a JSON path that grows and shrinks with the walk. */
struct walk {
	struct field_errors *errs;
	char path[PATH_MAX_BYTES];
	size_t len;
	size_t found;
	bool may_lack; /* the member at hand is not named by the update_mask: it keeps its value */
};

size_t walk_push(struct walk *walk, const char *name, size_t index, bool indexed);
void walk_pop(struct walk *walk, size_t old);
void __attribute__((format(printf, 3, 4)))
walk_violated_with(struct walk *walk, const char *reason, const char *fmt, ...);
void walk_violated(struct walk *walk, const char *reason, const char *message);
void validate_required(struct walk *walk, const struct pb_rule *rule);
void validate_string(struct walk *walk, const struct pb_field_info *info, const char **value,
		     bool present);
void validate_bytes(struct walk *walk, const struct pb_field_info *info,
		    const ProtobufCBinaryData *value);
void validate_number(struct walk *walk, const struct pb_field_info *info, int64_t value);
void validate_enum(struct walk *walk, const ProtobufCFieldDescriptor *field,
		   const struct pb_field_info *info, int value);
void validate_timestamp(struct walk *walk, const Google__Protobuf__Timestamp *t);
void validate_duration(struct walk *walk, const Google__Protobuf__Duration *d);
