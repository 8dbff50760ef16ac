#pragma once

/*
 * Internet addresses as they count here: strict text (RFC 4291, RFC 5952), ranges (CIDR, RFC 4632),
 * and the network that one person or household can be taken to own.  IPv4 is kept in its
 * IPv4-mapped form, so both kinds compare alike.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Longest canonical text with its NUL; of a network with its prefix length. */
#define IP_TEXT		46
#define IP_NETWORK_TEXT 50

struct ip_range {
	struct in6_addr first;
	uint8_t bits; /* of 128 */
};

/*
 * Reads dotted IPv4 without leading zeros, or IPv6 without zone and brackets.  False for anything
 * else, *out untouched.
 */
bool ip_parse(struct str text, struct in6_addr *out);
/* The canonical text: IPv4 dotted, IPv6 in lower case and shortened. */
void ip_format(char out[static IP_TEXT], const struct in6_addr *ip);

/* "10.0.0.0/8", "2001:db8::/32", or one address.  False when bits are set behind the prefix. */
bool ip_range_parse(struct str text, struct ip_range *out);
bool ip_range_has(const struct ip_range *range, const struct in6_addr *ip);

/*
 * The network of an address: /24 of IPv4, /64 of IPv6.  A single subscriber has a whole /64, so no
 * limit may count addresses of IPv6 one by one.
 */
struct in6_addr ip_network_of(const struct in6_addr *ip);
/* "192.0.2.0/24", "2001:db8:0:1::/64". */
void ip_network_format(char out[static IP_NETWORK_TEXT], const struct in6_addr *ip);
/* The same from text; "" when the text is no address. */
void ip_network_of_text(char out[static IP_NETWORK_TEXT], struct str text);
