#pragma once

/*
 * The contract at run time: what generated tables (pbjson/pb_info.h) mean for a
 * message on the wire and for an unpacked one.  The generator emits one scan and
 * one validate function a request, which end up here.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct field_errors;
struct pb_info;
struct ProtobufCMessage;

/* Nesting that a message may have on the wire; the generator refuses deeper graphs. */
#define CONTRACT_MAX_DEPTH 16
/* Fields of any kind in one message, nested ones included. */
#define CONTRACT_MAX_FIELDS 100000

/*
 * Looks over wire bytes before protobuf-c unpacks them, which checks neither
 * depth nor UTF-8 and cuts strings at NUL: INVALID_ARGUMENT/MALFORMED_MESSAGE,
 * or RESOURCE_EXHAUSTED/MESSAGE_TOO_COMPLEX past a limit.
 */
struct status contract_scan(const struct pb_info *info, const uint8_t *wire, size_t len);

/*
 * Checks an unpacked message against its rules and adds every violation to errs
 * with its JSON path; INVALID_ARGUMENT/INVALID_FIELDS when there is one.
 * Strings marked trim are cut in place: the message is the caller's own.
 */
struct status contract_validate(const struct pb_info *info, const struct ProtobufCMessage *msg,
				struct field_errors *errs);
