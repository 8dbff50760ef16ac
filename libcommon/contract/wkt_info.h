#pragma once

/* The tables of the well-known types, which no plugin run covers. */
#include "pbjson/pb_info.h"

extern const struct pb_info google__protobuf__timestamp__info;
extern const struct pb_info google__protobuf__duration__info;
extern const struct pb_info google__protobuf__field_mask__info;
extern const struct pb_info google__protobuf__empty__info;
