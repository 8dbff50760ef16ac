#include "contract/contract.h"

#include <protobuf-c/protobuf-c.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "pbjson/pb_info.h"

#define MAX_SCANNED_FIELDS 512 /* of one message type */

enum wire { WIRE_VARINT, WIRE_I64, WIRE_LEN, WIRE_SGROUP, WIRE_EGROUP, WIRE_I32 };

struct scan {
	size_t fields; /* seen in the whole message */
};

static bool read_varint(const uint8_t **p, const uint8_t *end, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && *p < end; shift += 7) {
		uint8_t byte = *(*p)++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = value;
			return true;
		}
	}
	return false;
}

/* The index of field number in the descriptor, -1 for an unknown one. */
static int field_index(const ProtobufCMessageDescriptor *desc, uint64_t number)
{
	for (unsigned i = 0; i < desc->n_fields; i++)
		if (desc->fields[i].id == number)
			return (int)i;
	return -1;
}

static struct status scan_message(struct scan *scan, const struct pb_info *info,
				  const uint8_t *wire, size_t len, int depth);

static struct status scan_payload(struct scan *scan, const struct pb_info *info, int index,
				  const uint8_t *data, size_t len, int depth)
{
	const ProtobufCFieldDescriptor *field = &info->descriptor->fields[index];

	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		if (memchr(data, 0, len) || !utf8_is_valid((const char *)data, len))
			return FAIL(MALFORMED_MESSAGE);
		return OK;
	case PROTOBUF_C_TYPE_MESSAGE:
		return scan_message(scan, info->fields[index].message, data, len, depth + 1);
	case PROTOBUF_C_TYPE_BYTES: return OK;
	default:
		/* A packed repeated scalar: every element is at least one byte. */
		scan->fields += len;
		return OK;
	}
}

/* Skips or looks into the value behind a tag; *p moves behind it. */
static struct status scan_value(struct scan *scan, const struct pb_info *info, int index,
				unsigned wire_type, const uint8_t **p, const uint8_t *end,
				int depth)
{
	uint64_t n;

	switch (wire_type) {
	case WIRE_VARINT: return read_varint(p, end, &n) ? OK : FAIL(MALFORMED_MESSAGE);
	case WIRE_I64: n = 8; break;
	case WIRE_I32: n = 4; break;
	case WIRE_LEN:
		if (!read_varint(p, end, &n))
			return FAIL(MALFORMED_MESSAGE);
		break;
	default: return FAIL(MALFORMED_MESSAGE);
	}
	if (n > (uint64_t)(end - *p))
		return FAIL(MALFORMED_MESSAGE);
	if (wire_type == WIRE_LEN && index >= 0)
		TRY(scan_payload(scan, info, index, *p, (size_t)n, depth));
	*p += n;
	return OK;
}

static struct status scan_message(struct scan *scan, const struct pb_info *info,
				  const uint8_t *wire, size_t len, int depth)
{
	uint32_t counts[MAX_SCANNED_FIELDS] = {};
	const uint8_t *p = wire, *end = wire + len;

	if (depth > CONTRACT_MAX_DEPTH || !info)
		return FAIL(MESSAGE_TOO_COMPLEX);
	while (p < end) {
		uint64_t tag;
		int index;

		if (!read_varint(&p, end, &tag) || tag >> 3 == 0 || tag >> 32)
			return FAIL(MALFORMED_MESSAGE);
		if (++scan->fields > CONTRACT_MAX_FIELDS)
			return FAIL(MESSAGE_TOO_COMPLEX);
		index = field_index(info->descriptor, tag >> 3);
		if (index >= 0 && index < MAX_SCANNED_FIELDS &&
		    info->descriptor->fields[index].label == PROTOBUF_C_LABEL_REPEATED &&
		    ++counts[index] > info->fields[index].max_items)
			return FAIL(MESSAGE_TOO_COMPLEX);
		TRY(scan_value(scan, info, index, tag & 7, &p, end, depth));
	}
	return scan->fields > CONTRACT_MAX_FIELDS ? FAIL(MESSAGE_TOO_COMPLEX) : OK;
}

struct status contract_scan(const struct pb_info *info, const uint8_t *wire, size_t len)
{
	struct scan scan = {};

	return scan_message(&scan, info, wire, len, 0);
}
