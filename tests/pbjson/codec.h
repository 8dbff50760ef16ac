#pragma once

/* What the codec's tests share: parse and write a message by type in one arena. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "pbjson/pbjson.h"
#include "pbjson/tables.h"
#include "sample.pb-c.h"

#define ALL	table_of(&sample__all__descriptor)
#define NODE	table_of(&sample__node__descriptor)
#define WIDE	table_of(&sample__wide__descriptor)
#define COMPACT (&(struct pbjson_write_options){.omit_defaults = true})

static inline struct status parse_as(struct arena *arena, const struct pb_info *info,
				     const char *json, ProtobufCMessage **msg,
				     struct pbjson_error *error)
{
	return pbjson_parse(arena, info, str_of(json), NULL, msg, error);
}

static inline const char *written(struct arena *arena, const struct pb_info *info,
				  const ProtobufCMessage *msg,
				  const struct pbjson_write_options *options)
{
	struct strbuf buf = strbuf_new(arena);
	struct status st = pbjson_write(&buf, info, msg, options);

	return is_ok(st) ? buf.ptr : reason_name(st.reason);
}
