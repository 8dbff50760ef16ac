#pragma once

/*
 * Members of messages as the values that statements take and rows hold, and back; and
 * messages on an arena, where they live and end with the call.  The generated fill.h of a
 * service is made of these, and handlers use them for what no row fills.
 */
#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "base/uuid.h"
#include "contract/time.h"
#include "db/query.h"
#include "rpc/pb_arena.h"

struct pb_enum_info;

/* The wire form, in the arena. */
struct str pb_pack(struct arena *arena, const ProtobufCMessage *message);

/* What a repeated field points to: n messages as their init() leaves them. */
void *pb_array(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, size_t n);

/* NULL when the bytes are no such message. */
ProtobufCMessage *pb_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
			    struct str wire);

/*
 * Members to values.  The rule of the field has checked the form: what is not of it is the
 * empty text, which is the nil id, NULL, or the first of January 1970.
 */
struct uuid pb_uuid(const char *text);
const struct uuid *pb_uuid_opt(struct arena *arena, const char *text);
date_days pb_date(const char *text);
const date_days *pb_date_opt(struct arena *arena, const char *text);
/* The same bytes: nothing is copied. */
struct str pb_str(ProtobufCBinaryData bytes);

/* Values to members; NULL becomes the empty text. */
const char *pb_uuid_text_opt(struct arena *arena, const struct uuid *id);
const char *pb_date_text(struct arena *arena, date_days day);
const char *pb_date_text_opt(struct arena *arena, const date_days *day);
char *pb_hex(struct arena *arena, struct str bytes);
char *pb_base64(struct arena *arena, struct str bytes);
char *pb_base64url(struct arena *arena, struct str bytes);
/* The same bytes: nothing is copied. */
ProtobufCBinaryData pb_bytes(struct str bytes);

/* Lists of them: as many as the list has. */
const char **pb_uuid_texts(struct arena *arena, struct uuid_list ids);
Google__Protobuf__Timestamp **pb_timestamps(struct arena *arena, struct instant_list instants);
ProtobufCBinaryData *pb_bytes_list(struct arena *arena, struct bytes_list list);

/*
 * The words of an enum, as the API and the tables write them: (aegis.json) of its values.  A word
 * of a table that the contract does not know is DATA_LOSS/UNKNOWN_WORD, logged here, and
 * never another value.  A number without a word is INVALID_ARGUMENT/INVALID_FIELDS.
 */
struct status pb_enum_value(const struct pb_enum_info *info, const char *word, int *value);
struct status pb_enum_word(const struct pb_enum_info *info, int value, const char **word);
