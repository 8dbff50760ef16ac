/* What each network (base/ip.h) holds, over all loops: connections, and bytes of unfinished bodies.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fnv1a.h"
#include "base/ip.h"
#include "edge/internal.h"

#define SLOTS 4096

struct entry {
	struct entry *next;
	struct in6_addr network;
	uint32_t n; /* connections */
	size_t bytes;
};

struct edge_addresses {
	pthread_mutex_t lock;
	uint32_t limit;
	size_t bytes_limit;
	struct entry *slots[SLOTS];
};

struct edge_addresses *edge_addresses_new(const struct edge_limits *limits)
{
	struct edge_addresses *addresses = calloc(1, sizeof *addresses);

	if (!addresses)
		abort();
	pthread_mutex_init(&addresses->lock, NULL);
	addresses->limit = limits->conns_per_network;
	addresses->bytes_limit = limits->body_bytes_per_network;
	return addresses;
}

void edge_addresses_free(struct edge_addresses **addresses)
{
	if (!*addresses)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		struct entry *entry;

		while ((entry = (*addresses)->slots[i])) {
			(*addresses)->slots[i] = entry->next;
			free(entry);
		}
	}
	pthread_mutex_destroy(&(*addresses)->lock);
	free(*addresses);
	*addresses = NULL;
}

static struct entry **find(struct edge_addresses *addresses, const struct in6_addr *network)
{
	struct entry **at = &addresses->slots[fnv1a_32(network, sizeof *network) % SLOTS];

	while (*at && memcmp(&(*at)->network, network, sizeof *network) != 0)
		at = &(*at)->next;
	return at;
}

/* The entry of an address's network, made when it is not there. */
static struct entry *entry_of(struct edge_addresses *addresses, const struct in6_addr *address)
{
	struct in6_addr network = ip_network_of(address);
	struct entry **at = find(addresses, &network);

	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (!*at)
			abort();
		(*at)->network = network;
	}
	return *at;
}

static void drop_if_empty(struct edge_addresses *addresses, const struct entry *entry)
{
	struct entry **at = find(addresses, &entry->network), *gone = *at;

	if (!gone || gone->n || gone->bytes)
		return;
	*at = gone->next;
	free(gone);
}

bool edge_addresses_take(struct edge_addresses *addresses, const struct in6_addr *address)
{
	struct entry *entry;
	bool granted;

	pthread_mutex_lock(&addresses->lock);
	entry = entry_of(addresses, address);
	granted = !addresses->limit || entry->n < addresses->limit;
	if (granted)
		entry->n++;
	pthread_mutex_unlock(&addresses->lock);
	return granted;
}

void edge_addresses_give(struct edge_addresses *addresses, const struct in6_addr *address)
{
	struct entry *entry;

	pthread_mutex_lock(&addresses->lock);
	entry = entry_of(addresses, address);
	entry->n--;
	drop_if_empty(addresses, entry);
	pthread_mutex_unlock(&addresses->lock);
}

bool edge_addresses_charge(struct edge_addresses *addresses, const struct in6_addr *address,
			   size_t n)
{
	struct entry *entry;
	bool granted;

	pthread_mutex_lock(&addresses->lock);
	entry = entry_of(addresses, address);
	granted = !addresses->bytes_limit || entry->bytes + n <= addresses->bytes_limit;
	if (granted)
		entry->bytes += n;
	drop_if_empty(addresses, entry);
	pthread_mutex_unlock(&addresses->lock);
	return granted;
}

void edge_addresses_discharge(struct edge_addresses *addresses, const struct in6_addr *address,
			      size_t n)
{
	struct entry *entry;

	pthread_mutex_lock(&addresses->lock);
	entry = entry_of(addresses, address);
	entry->bytes -= n;
	drop_if_empty(addresses, entry);
	pthread_mutex_unlock(&addresses->lock);
}
