#include "base/ip.h"

#include <arpa/inet.h>
#include <string.h>

#define MAPPED_BITS 96
/* As ip_network_format() writes them. */
#define NETWORK_BITS_IPV4 (MAPPED_BITS + 24)
#define NETWORK_BITS_IPV6 64

/* inet_pton takes no leading zeros, no zone and no brackets; it wants a NUL at the end. */
bool ip_parse(struct str text, struct in6_addr *out)
{
	char copy[IP_TEXT];
	struct in6_addr ip = {};

	if (text.len == 0 || text.len >= sizeof copy || memchr(text.ptr, '\0', text.len))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, &ip.s6_addr[12]) == 1)
		ip.s6_addr[10] = ip.s6_addr[11] = 0xff;
	else if (inet_pton(AF_INET6, copy, &ip) != 1)
		return false;
	*out = ip;
	return true;
}

void ip_format(char out[static IP_TEXT], const struct in6_addr *ip)
{
	if (IN6_IS_ADDR_V4MAPPED(ip))
		inet_ntop(AF_INET, &ip->s6_addr[12], out, IP_TEXT);
	else
		inet_ntop(AF_INET6, ip, out, IP_TEXT);
}

static struct in6_addr masked(const struct in6_addr *ip, unsigned bits)
{
	struct in6_addr out = *ip;

	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = bits > i * 8 ? bits - i * 8 : 0;

		if (kept < 8)
			out.s6_addr[i] &= (uint8_t)(0xff00u >> kept);
	}
	return out;
}

bool ip_range_parse(struct str text, struct ip_range *out)
{
	const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
	struct str address = {text.ptr, slash ? (size_t)(slash - text.ptr) : text.len};
	struct in6_addr first, kept;
	uint64_t bits = 128, most;
	unsigned offset;

	if (!ip_parse(address, &first))
		return false;
	offset = memchr(address.ptr, ':', address.len) ? 0 : MAPPED_BITS;
	most = 128 - offset;
	if (slash) {
		struct str digits = {slash + 1, text.len - address.len - 1};

		if (digits.len > 3 || !str_to_u64(digits, &bits) || bits > most)
			return false;
		bits += offset;
	}
	kept = masked(&first, (unsigned)bits);
	if (memcmp(&kept, &first, sizeof kept) != 0)
		return false;
	*out = (struct ip_range){first, (uint8_t)bits};
	return true;
}

bool ip_range_has(const struct ip_range *range, const struct in6_addr *ip)
{
	struct in6_addr kept = masked(ip, range->bits);

	return memcmp(&kept, &range->first, sizeof kept) == 0;
}

static unsigned network_bits(const struct in6_addr *ip)
{
	return IN6_IS_ADDR_V4MAPPED(ip) ? NETWORK_BITS_IPV4 : NETWORK_BITS_IPV6;
}

struct in6_addr ip_network_of(const struct in6_addr *ip)
{
	return masked(ip, network_bits(ip));
}

void ip_network_format(char out[static IP_NETWORK_TEXT], const struct in6_addr *ip)
{
	struct in6_addr network = ip_network_of(ip);

	ip_format(out, &network);
	strcat(out, IN6_IS_ADDR_V4MAPPED(ip) ? "/24" : "/64");
}

void ip_network_of_text(char out[static IP_NETWORK_TEXT], struct str text)
{
	struct in6_addr ip;

	out[0] = '\0';
	if (ip_parse(text, &ip))
		ip_network_format(out, &ip);
}
