#include <stdlib.h>
#include <string.h>

#include "rpc/envelope.h"
#include "rpc/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Takes frames until there is none; what was taken lies in the input where it should. */
static bool take(struct frame_reader *reader, const uint8_t *data, size_t *at)
{
	enum frame_result result;
	struct str body;
	uint32_t call;

	while ((result = frame_reader_next(reader, &call, &body)) != FRAME_MORE) {
		if (result == FRAME_BAD)
			return false;
		if (result == FRAME_GREETED) {
			*at += FRAME_GREETING_LEN;
			continue;
		}
		if (body.len > RPC_MESSAGE_MAX ||
		    memcmp(data + *at + FRAME_PREFIX, body.ptr, body.len) != 0)
			abort();
		*at += FRAME_PREFIX + body.len;
	}
	return true;
}

/* The first byte says in how large pieces the rest arrives. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct frame_reader reader;
	size_t piece, at = 0, came = 0;

	if (len == 0)
		return 0;
	piece = data[0] + (size_t)1;
	data++;
	len--;
	frame_reader_init(&reader);
	while (came < len) {
		size_t room, n = len - came < piece ? len - came : piece;
		uint8_t *to = frame_reader_room(&reader, &room);

		if (room == 0)
			abort();
		n = n < room ? n : room;
		memcpy(to, data + came, n);
		frame_reader_add(&reader, n);
		came += n;
		if (!take(&reader, data, &at))
			break;
		if (at > came)
			abort();
	}
	frame_reader_fini(&reader);
	return 0;
}
