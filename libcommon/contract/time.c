#include "contract/time.h"

Google__Protobuf__Timestamp *pb_timestamp(struct arena *arena, instant t)
{
	Google__Protobuf__Timestamp *out = arena_alloc(arena, sizeof *out);
	int64_t seconds = t / SECONDS(1) - (t % SECONDS(1) < 0);

	google__protobuf__timestamp__init(out);
	out->seconds = seconds;
	out->nanos = (int32_t)(t - SECONDS(seconds)) * 1000;
	return out;
}

Google__Protobuf__Timestamp *pb_timestamp_opt(struct arena *arena, const instant *t)
{
	return t ? pb_timestamp(arena, *t) : NULL;
}

instant pb_instant(const Google__Protobuf__Timestamp *timestamp)
{
	return timestamp ? SECONDS(timestamp->seconds) + timestamp->nanos / 1000 : 0;
}

const instant *pb_instant_opt(struct arena *arena, const Google__Protobuf__Timestamp *timestamp)
{
	instant t = pb_instant(timestamp);

	return timestamp ? arena_memdup(arena, &t, sizeof t) : NULL;
}
