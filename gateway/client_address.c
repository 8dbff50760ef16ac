#include "client_address.h"

#include <string.h>

#include "base/arena.h"

/* More proxies in a row than this are no deployment; the elements next to us count. */
#define ELEMENTS_MAX 32

/* The last elements of a list header, over all its lines, in order. */
struct elements {
	struct str items[ELEMENTS_MAX];
	size_t n;
};

static void push(struct elements *elements, struct str item)
{
	if (elements->n == ELEMENTS_MAX) {
		memmove(elements->items, elements->items + 1,
			(ELEMENTS_MAX - 1) * sizeof *elements->items);
		elements->n--;
	}
	elements->items[elements->n++] = item;
}

/* Cuts *rest before the first separator outside quoted strings. */
static struct str take_part(struct str *rest, char separator)
{
	struct str part = {rest->ptr, 0};
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest->len; i++) {
		char c = rest->ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == separator && !quoted)
			break;
	}
	part.len = i < rest->len ? i : rest->len;
	i = part.len + (part.len < rest->len);
	rest->ptr += i;
	rest->len -= i;
	return str_trim(part);
}

static struct elements elements_of(const struct edge_head *head, const char *name)
{
	struct elements elements = {};

	for (size_t i = 0; i < head->n_fields; i++) {
		struct str rest = head->fields[i].value;

		if (!str_eq_nocase(head->fields[i].name, str_of(name)))
			continue;
		while (rest.len)
			push(&elements, take_part(&rest, ','));
	}
	return elements;
}

static struct str unquoted(struct str text)
{
	if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
		return (struct str){text.ptr + 1, text.len - 2};
	return text;
}

/* A parameter of one element of Forwarded; ptr NULL when the element does not have it. */
static struct str parameter(struct str element, const char *name)
{
	while (element.len) {
		struct str pair = take_part(&element, ';');
		struct str key = take_part(&pair, '=');

		if (str_eq_nocase(key, str_of(name)))
			return unquoted(pair);
	}
	return (struct str){};
}

static bool is_port(struct str text)
{
	uint64_t port;

	return text.len <= 5 && str_to_u64(text, &port) && port <= 65535;
}

/* 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1], [2001:db8::1]:80 */
static bool parse_node(struct str text, struct in6_addr *out)
{
	const char *end = text.len && *text.ptr == '[' ? memchr(text.ptr, ']', text.len) : NULL;
	const char *colon;
	struct str rest;

	if (end) {
		rest = (struct str){end + 1, text.len - (size_t)(end + 1 - text.ptr)};
		if (rest.len &&
		    (*rest.ptr != ':' || !is_port((struct str){rest.ptr + 1, rest.len - 1})))
			return false;
		return memchr(text.ptr, ':', (size_t)(end - text.ptr)) &&
		       ip_parse((struct str){text.ptr + 1, (size_t)(end - text.ptr) - 1}, out);
	}
	colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
	if (colon && colon == memrchr(text.ptr, ':', text.len)) {
		if (!is_port((struct str){colon + 1, text.len - (size_t)(colon + 1 - text.ptr)}))
			return false;
		text.len = (size_t)(colon - text.ptr);
	}
	return ip_parse(text, out);
}

static bool is_trusted(const struct trusted_proxies *proxies, const struct in6_addr *ip)
{
	for (size_t i = 0; i < proxies->n; i++)
		if (ip_range_has(&proxies->ranges[i], ip))
			return true;
	return false;
}

struct client client_find(struct arena *arena, const struct trusted_proxies *proxies,
			  const struct edge_head *head, const char *peer, bool is_tls)
{
	struct client client = {.address = peer, .is_https = is_tls};
	struct elements nodes, protos;
	struct in6_addr ip, next;
	struct str proto = {};
	char *text;

	if (proxies->n == 0 || !ip_parse(str_of(peer), &ip) || !is_trusted(proxies, &ip))
		return client;
	nodes = elements_of(head, proxies->by_forwarded ? "forwarded" : "x-forwarded-for");
	if (proxies->by_forwarded) {
		if (nodes.n)
			proto = parameter(nodes.items[nodes.n - 1], "proto");
	} else {
		protos = elements_of(head, "x-forwarded-proto");
		if (protos.n)
			proto = protos.items[protos.n - 1];
	}
	client.is_https |= str_eq_nocase(proto, STR("https"));
	while (nodes.n > 0 && is_trusted(proxies, &ip)) {
		struct str node = nodes.items[--nodes.n];

		if (proxies->by_forwarded)
			node = parameter(node, "for");
		if (!parse_node(node, &next))
			break;
		ip = next;
	}
	text = arena_alloc(arena, IP_TEXT);
	ip_format(text, &ip);
	client.address = text;
	return client;
}
