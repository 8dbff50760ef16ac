#pragma once

/* Instants as google.protobuf.Timestamp and back. */
#include <google/protobuf/timestamp.pb-c.h>

#include "base/arena.h"
#include "base/instant.h"

Google__Protobuf__Timestamp *pb_timestamp(struct arena *arena, instant t);
/* NULL for NULL. */
Google__Protobuf__Timestamp *pb_timestamp_opt(struct arena *arena, const instant *t);
/* 0 for NULL; nanoseconds are cut to microseconds. */
instant pb_instant(const Google__Protobuf__Timestamp *timestamp);
/* As above, but absent stays absent: NULL for NULL. */
const instant *pb_instant_opt(struct arena *arena, const Google__Protobuf__Timestamp *timestamp);
