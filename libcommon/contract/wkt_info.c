#include <google/protobuf/duration.pb-c.h>
#include <google/protobuf/empty.pb-c.h>
#include <google/protobuf/field_mask.pb-c.h>
#include <google/protobuf/timestamp.pb-c.h>

#include "contract/wkt_info.h"

static const struct pb_rule any_rule = {.max_len = 1024, .max_items = 1000};

static const struct pb_field_info seconds_nanos[] = {
	{.json_name = "seconds", .rule = &any_rule},
	{.json_name = "nanos", .rule = &any_rule},
};
static const struct pb_field_info paths[] = {
	{.json_name = "paths", .max_items = 1000, .rule = &any_rule},
};

const struct pb_info google__protobuf__timestamp__info = {
	.full_name = "google.protobuf.Timestamp",
	.descriptor = &google__protobuf__timestamp__descriptor,
	.well_known = PB_WK_TIMESTAMP,
	.fields = seconds_nanos,
};
const struct pb_info google__protobuf__duration__info = {
	.full_name = "google.protobuf.Duration",
	.descriptor = &google__protobuf__duration__descriptor,
	.well_known = PB_WK_DURATION,
	.fields = seconds_nanos,
};
const struct pb_info google__protobuf__field_mask__info = {
	.full_name = "google.protobuf.FieldMask",
	.descriptor = &google__protobuf__field_mask__descriptor,
	.well_known = PB_WK_FIELD_MASK,
	.fields = paths,
};
const struct pb_info google__protobuf__empty__info = {
	.full_name = "google.protobuf.Empty",
	.descriptor = &google__protobuf__empty__descriptor,
	.well_known = PB_WK_EMPTY,
};
