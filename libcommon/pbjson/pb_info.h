#pragma once

/*
 * What protobuf-c's descriptors lack and the JSON edge needs: JSON names, the
 * meaning of bytes fields, enum names as the API writes them, sensitivity.
 * Written by the generator, one const struct per message, fields in the order
 * of the protobuf-c descriptor.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ProtobufCMessageDescriptor;
struct ProtobufCEnumDescriptor;

enum pb_sensitivity { PB_PLAIN, PB_PHI, PB_PII, PB_SECRET };

/* Messages with a JSON form of their own. */
enum pb_well_known { PB_WK_NONE, PB_WK_TIMESTAMP, PB_WK_DURATION, PB_WK_FIELD_MASK, PB_WK_EMPTY };

/* What an rpc does with the resource in its request. */
enum pb_body {
	PB_BODY_NONE,
	PB_BODY_CREATE,
	PB_BODY_UPDATE, /* the members that its update_mask names; without one, all of them */
};

/* Why a body may not hold a member of its resource. */
#define PB_READ_ONLY_TEXT   "is set by the service and cannot be given"
#define PB_CREATE_ONLY_TEXT "is given when the object is created and cannot be changed"
#define PB_UPDATE_ONLY_TEXT "cannot be given when the object is created, only changed later"

struct pb_enum_info {
	const struct ProtobufCEnumDescriptor *descriptor;
	/* API names in the order of descriptor->values (sorted by name there is not assumed). */
	const char *const *json_names;
};

/* What a field may hold; the generator writes it from aegis.field and the defaults. */
struct pb_rule {
	bool required;
	bool uuid;
	bool email;
	bool date;
	bool uri;
	bool name; /* text_is_name() */
	bool trim;
	bool has_min;
	bool has_max;
	int64_t min;
	int64_t max;
	uint32_t min_len; /* code points of a string, bytes of bytes */
	uint32_t max_len;
	uint32_t min_items;
	uint32_t max_items;
	const char *pattern;   /* contract/pattern.h, or NULL */
	const char *const *in; /* NULL-terminated, or NULL */
};

struct pb_field_info {
	const char *json_name;	       /* lowerCamelCase, or the proto's json_name */
	const struct pb_info *message; /* for message fields, else NULL */
	const struct pb_enum_info *enumeration;
	enum pb_sensitivity sensitivity;
	bool raw_json;	       /* bytes that carry a checked JSON value */
	uint32_t raw_json_max; /* bytes */
	uint32_t max_items;    /* of a repeated field */
	enum pb_body body;     /* of a request's field that is a resource */
	bool in_create;	       /* a resource's member: may a body hold it? */
	bool in_update;
	bool is_hidden;		    /* a resource's member that is never answered, or only once */
	bool is_map;		    /* repeated entry message with key = 1, value = 2 */
	const struct pb_rule *rule; /* never NULL in generated tables */
};

struct pb_info {
	const char *full_name;
	const struct ProtobufCMessageDescriptor *descriptor;
	enum pb_well_known well_known;
	const struct pb_field_info *fields; /* descriptor->n_fields of them, same order */
	/* Of a resource, an object of the API. */
	const char *kind;    /* "program"; NULL: no resource */
	const unsigned *ids; /* fields that identify the object, the object's own last */
	unsigned n_ids;	     /* 0: a singleton */
	bool has_version;    /* fields[version] counts the changes, int64 */
	unsigned version;
};
