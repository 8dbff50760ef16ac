/* Wire bytes that protobuf-c would take, and we do not. */
#include <aegis/golden/v1/golden.aegis.h>
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/arena.h"
#include "contract/contract.h"

#define scan(literal) scan_bytes(literal, sizeof(literal) - 1)

static struct status scan_bytes(const char *bytes, size_t len)
{
	return contract_scan(&golden__create_thing_request__info, (const uint8_t *)bytes, len);
}

static void expect_malformed(struct status st)
{
	cr_expect_eq(st.code, STATUS_INVALID_ARGUMENT);
	cr_expect_str_eq(reason_name(st.reason), "MALFORMED_MESSAGE");
}

static void expect_too_complex(struct status st)
{
	cr_expect_eq(st.code, STATUS_RESOURCE_EXHAUSTED);
	cr_expect_str_eq(reason_name(st.reason), "MESSAGE_TOO_COMPLEX");
}

Test(scan, a_right_message_passes)
{
	cr_expect(is_ok(scan("")));
	cr_expect(is_ok(scan("\x0a\x04Lamp\x50\x03")));
	cr_expect(is_ok(scan("\x0a\x06\xc3\x84\xe2\x82\xac!")), "two- and three-byte characters");
}

Test(scan, unknown_fields_are_skipped)
{
	cr_expect(is_ok(scan("\xf8\x07\x01")), "varint");
	cr_expect(is_ok(scan("\xf9\x07"
			     "12345678")),
		  "64 bit");
	cr_expect(is_ok(scan("\xfa\x07\x03\xff\xfe\x00")), "bytes, whatever they are");
	cr_expect(is_ok(scan("\xfd\x07"
			     "1234")),
		  "32 bit");
}

Test(scan, text_must_be_utf8_without_nul)
{
	expect_malformed(scan("\x0a\x02\xc3("));
	expect_malformed(scan("\x0a\x02\xc0\x80"));
	expect_malformed(scan("\x0a\x03\xed\xa0\x80"));
	expect_malformed(scan("\x0a\x03"
			      "a\0b"));
	expect_malformed(scan("\x42\x01\xff"));
	cr_expect(is_ok(scan("\x82\x01\x02\xff\0")), "bytes hold anything");
}

Test(scan, nothing_may_be_cut_off)
{
	expect_malformed(scan("\x0a"));
	expect_malformed(scan("\x0a\x05Lamp"));
	expect_malformed(scan("\x50"));
	expect_malformed(scan("\x50\xff\xff"));
	expect_malformed(scan("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	expect_malformed(scan("\x49\x01\x02"));
}

Test(scan, tags_must_be_numbers_of_fields)
{
	expect_malformed(scan("\x02\x00"));
	expect_malformed(scan("\x0b"));
	expect_malformed(scan("\x0e"));
	expect_malformed(scan("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
}

Test(scan, messages_inside_are_looked_into)
{
	expect_malformed(scan("\xba\x01\x03\x0a\x01\xff"));
	cr_expect(is_ok(scan("\xba\x01\x03\x0a\x01k")));
}

Test(scan, a_list_holds_as_many_items_as_its_field_allows)
{
	cr_expect(is_ok(scan("\x42\1a\x42\1b\x42\1c\x42\1d")));
	expect_too_complex(scan("\x42\1a\x42\1b\x42\1c\x42\1d\x42\1e"));
}

Test(scan, a_message_holds_so_many_fields_and_no_more)
{
	size_t n = CONTRACT_MAX_FIELDS + 1;
	char *bytes = malloc(2 * n);

	for (size_t i = 0; i < n; i++) {
		bytes[2 * i] = 0x50;
		bytes[2 * i + 1] = 1;
	}
	cr_expect(is_ok(scan_bytes(bytes, 2 * (n - 1))));
	expect_too_complex(scan_bytes(bytes, 2 * n));
	free(bytes);
}

Test(scan, packed_items_count_as_well)
{
	size_t n = CONTRACT_MAX_FIELDS + 1;
	char *bytes = calloc(1, n + 5);
	/* Field 20, packed: tag, length in three bytes, one byte an item. */
	const unsigned char top[] = {0xa2, 0x01, (n & 0x7f) | 0x80, (n >> 7 & 0x7f) | 0x80,
				     n >> 14};

	memcpy(bytes, top, sizeof top);
	expect_too_complex(scan_bytes(bytes, n + 5));
	free(bytes);
}

/* A table whose message holds itself, which the generator never writes. */
Test(scan, nesting_ends_somewhere)
{
	struct pb_field_info fields[23];
	struct pb_info loop = golden__create_thing_request__info;
	uint8_t bytes[128];
	size_t len = 0;

	memcpy(fields, golden__create_thing_request__info.fields, sizeof fields);
	fields[8].message = &loop;
	loop.fields = fields;
	for (int depth = 0; depth <= CONTRACT_MAX_DEPTH; depth++) {
		cr_expect(is_ok(contract_scan(&loop, bytes + sizeof bytes - len, len)), "%d",
			  depth);
		bytes[sizeof bytes - len - 1] = (uint8_t)len;
		bytes[sizeof bytes - len - 2] = 0x4a;
		len += 2;
	}
	expect_too_complex(contract_scan(&loop, bytes + sizeof bytes - len, len));
}
