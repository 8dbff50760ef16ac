#pragma once

/* The update_mask of PATCH: which members the request means to change. */
#include <google/protobuf/field_mask.pb-c.h>
#include <stdbool.h>

#include "base/status.h"

/* Is the field named?  An absent mask names every field (AIP-134). */
bool mask_has(const Google__Protobuf__FieldMask *mask, const char *field);
