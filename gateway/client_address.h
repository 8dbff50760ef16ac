#pragma once

/*
 * Who the client is when a proxy stands in front.  Only what a trusted proxy says counts, and each
 * proxy vouches for the address to its left: the client is the first address from the right that no
 * trusted proxy has.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/ip.h"
#include "edge/head.h"

struct trusted_proxies {
	const struct ip_range *ranges;
	size_t n;
	bool by_forwarded; /* Forwarded (RFC 7239) instead of X-Forwarded-For and -Proto */
};

struct client {
	const char *address; /* canonical text */
	bool is_https;	     /* the client speaks TLS, with the proxy or with us */
};

/*
 * peer is the connection's other end, is_tls whether that connection is TLS.  Headers of a peer
 * that is no trusted proxy count nothing.  An element that is no address ends the walk: what stands
 * to its left was vouched for by nobody.
 */
struct client client_find(struct arena *arena, const struct trusted_proxies *proxies,
			  const struct edge_head *head, const char *peer, bool is_tls);
