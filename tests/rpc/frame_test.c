#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/envelope.h"
#include "rpc/frame.h"

static struct frame_reader reader;

static void set_up(void)
{
	frame_reader_init(&reader);
}

static void tear_down(void)
{
	frame_reader_fini(&reader);
}

TestSuite(frame, .init = set_up, .fini = tear_down);

/* Bytes as they come from a socket, never more at a time than there is room. */
static void arrive(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		size_t room;
		uint8_t *to = frame_reader_room(&reader, &room);
		size_t n = len < room ? len : room;

		cr_assert_gt(room, 0);
		memcpy(to, at, n);
		frame_reader_add(&reader, n);
		at += n;
		len -= n;
	}
}

static void expect(enum frame_result wanted)
{
	uint32_t call;
	struct str body;

	cr_assert_eq(frame_reader_next(&reader, &call, &body), wanted);
}

static void greet(void)
{
	arrive(FRAME_GREETING, FRAME_GREETING_LEN);
	expect(FRAME_GREETED);
}

static struct frame *frame_of(uint32_t call, size_t len, char fill)
{
	struct frame *frame = frame_new(call, len);

	memset(frame_body(frame), fill, len);
	return frame;
}

static void expect_frame(uint32_t call, size_t len, char fill)
{
	uint32_t got_call;
	struct str body;

	cr_assert_eq(frame_reader_next(&reader, &got_call, &body), FRAME_TAKEN);
	cr_assert_eq(got_call, call);
	cr_assert_eq(body.len, len);
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(body.ptr[i], fill);
}

Test(frame, comes_whole_however_it_is_cut)
{
	struct frame *frame = frame_of(0xfffefdfc, 5, 'x');

	for (size_t i = 0; i < FRAME_GREETING_LEN; i++) {
		expect(FRAME_MORE);
		arrive(&FRAME_GREETING[i], 1);
	}
	expect(FRAME_GREETED);
	for (size_t i = 0; i < frame->len; i++) {
		expect(FRAME_MORE);
		arrive(frame->bytes + i, 1);
	}
	expect_frame(0xfffefdfc, 5, 'x');
	expect(FRAME_MORE);
	frame_unref(&frame);
}

Test(frame, many_come_in_one_piece_and_in_order)
{
	struct frame *frames[] = {frame_of(1, 0, 0), frame_of(2, 700, 'b'), frame_of(3, 1, 'c')};
	char bytes[2048];
	size_t len = 0;

	for (size_t i = 0; i < 3; i++) {
		memcpy(bytes + len, frames[i]->bytes, frames[i]->len);
		len += frames[i]->len;
		frame_unref(&frames[i]);
	}
	greet();
	arrive(bytes, len);
	expect_frame(1, 0, 0);
	expect_frame(2, 700, 'b');
	expect_frame(3, 1, 'c');
	expect(FRAME_MORE);
}

Test(frame, the_largest_fits_and_the_room_for_it_is_given_back)
{
	struct frame *largest = frame_of(7, RPC_MESSAGE_MAX, 'y');
	struct frame *next = frame_of(8, 3, 'z');
	size_t before, after;

	greet();
	frame_reader_room(&reader, &before);
	arrive(largest->bytes, largest->len);
	expect_frame(7, RPC_MESSAGE_MAX, 'y');
	arrive(next->bytes, next->len);
	expect_frame(8, 3, 'z');
	frame_reader_room(&reader, &after);
	cr_assert_eq(after, before);
	frame_unref(&largest);
	frame_unref(&next);
}

Test(frame, one_byte_more_is_refused_before_it_came)
{
	struct frame *frame = frame_new(1, RPC_MESSAGE_MAX + 1);

	greet();
	arrive(frame->bytes, FRAME_PREFIX);
	expect(FRAME_BAD);
	frame_unref(&frame);
}

Test(frame, what_is_announced_takes_no_memory)
{
	struct frame *frame = frame_new(1, RPC_MESSAGE_MAX);
	size_t room;

	greet();
	arrive(frame->bytes, FRAME_PREFIX);
	expect(FRAME_MORE);
	frame_reader_room(&reader, &room);
	cr_assert_leq(room, (size_t)64 * 1024);
	frame_unref(&frame);
}

Test(frame, another_protocol_is_seen_at_its_first_byte)
{
	arrive("G", 1);
	expect(FRAME_BAD);
}
