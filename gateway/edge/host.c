#include "edge/host.h"

#include <arpa/inet.h>

#include "edge/token.h"

static const bool is_host[256] = {
	['-'] = 1, ['.'] = 1, ['_'] = 1,	 [':'] = 1,	    ['['] = 1,
	[']'] = 1, ['~'] = 1, ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

static bool port_is_fine(struct str port)
{
	uint64_t n = 0;

	return port.len == 0 || (port.len <= 5 && str_to_u64(port, &n) && n <= 65535);
}

static bool is_ipv6(struct str text)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.len >= sizeof copy)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return inet_pton(AF_INET6, copy, &(struct in6_addr){}) == 1;
}

/* Labels are not empty, but for the root's at the end. */
static bool is_name(struct str text)
{
	bool dot = true;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '[' || text.ptr[i] == ']' || (dot && text.ptr[i] == '.'))
			return false;
		dot = text.ptr[i] == '.';
	}
	return text.len > 0;
}

bool edge_host_is_fine(struct str value)
{
	struct str host;

	if (!edge_is_all(value, is_host))
		return false;
	if (value.ptr[0] != '[') {
		host = str_take_until(&value, ':');
		return is_name(host) && port_is_fine(value);
	}
	value = (struct str){value.ptr + 1, value.len - 1};
	if (!value.len || !memchr(value.ptr, ']', value.len))
		return false;
	host = str_take_until(&value, ']');
	if (!is_ipv6(host))
		return false;
	if (value.len == 0)
		return true;
	return value.ptr[0] == ':' && port_is_fine((struct str){value.ptr + 1, value.len - 1});
}
