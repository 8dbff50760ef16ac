#pragma once

/* Forms of text that aegis.field knows by name. */
#include <stdbool.h>

#include "base/str.h"

/*
 * An address that mail can be sent to: RFC 5321 Mailbox without quoted strings
 * and address literals, at most 254 bytes, ASCII local part, a domain of at
 * least two labels.
 */
bool text_is_email(struct str text);

/*
 * What a person or an organization may be called where others read it: UTF-8 in one line, no
 * control or direction-changing characters, and nothing that a reader or a mail program takes for
 * a web or mail address ("://", "www.", "@", "shop.example").
 */
bool text_is_name(struct str text);

/* An absolute http or https URL with a host (A-labels too), no user, no white space or control
 * characters. */
bool text_is_uri(struct str text);
