#pragma once

/*
 * pb_info tables made at run time from protobuf-c's descriptors, as the
 * generator makes them at build time: lowerCamel names, maps by their Entry
 * messages, enum names without prefix in lower case.  What descriptors do not
 * know (free JSON, sensitivity, limits) goes by the field names of sample.proto.
 */
#include "pbjson/pb_info.h"

/*
 * Leaves out what only our API knows (its enum names, free JSON), so that the
 * tables describe plain ProtoJSON.  Before the first table_of.
 */
void tables_plain(void);

/* The same table for the same descriptor; lives until the process ends. */
const struct pb_info *table_of(const struct ProtobufCMessageDescriptor *descriptor);
