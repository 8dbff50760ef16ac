#pragma once

/* Messages without what must not be kept. */
#include <protobuf-c/protobuf-c.h>

struct pb_info;

/*
 * Clears every field marked secret, in nested messages too.  In place: the
 * message must be the caller's own copy.
 */
void pb_blank_secrets(const struct pb_info *info, ProtobufCMessage *message);
