#pragma once

#include <stdbool.h>

/*
 * Does the URL name this machine: 127.0.0.0/8, [::1] or localhost (RFC 6761 6.3, which
 * libcurl never looks up)?  A name that resolves to this machine does not, nor a text
 * that is no URL.  Does not block.
 */
bool url_is_loopback(const char *url);
