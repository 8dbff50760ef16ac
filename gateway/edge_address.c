/* How many connections each network (base/ip.h) has, over all loops. */
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "edge_internal.h"

#define SLOTS 4096

struct entry {
	struct entry *next;
	struct in6_addr network;
	uint32_t n;
};

struct edge_addresses {
	pthread_mutex_t lock;
	uint32_t limit;
	struct entry *slots[SLOTS];
};

struct edge_addresses *edge_addresses_new(uint32_t limit)
{
	struct edge_addresses *addresses = calloc(1, sizeof *addresses);

	if (!addresses)
		abort();
	pthread_mutex_init(&addresses->lock, NULL);
	addresses->limit = limit;
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

bool edge_addresses_take(struct edge_addresses *addresses, const struct in6_addr *address)
{
	struct in6_addr network = ip_network_of(address);
	struct entry **at;
	bool granted = true;

	pthread_mutex_lock(&addresses->lock);
	at = find(addresses, &network);
	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (!*at)
			abort();
		(*at)->network = network;
	}
	if (addresses->limit && (*at)->n >= addresses->limit)
		granted = false;
	else
		(*at)->n++;
	pthread_mutex_unlock(&addresses->lock);
	return granted;
}

void edge_addresses_give(struct edge_addresses *addresses, const struct in6_addr *address)
{
	struct in6_addr network = ip_network_of(address);
	struct entry **at, *gone;

	pthread_mutex_lock(&addresses->lock);
	at = find(addresses, &network);
	if (*at && --(*at)->n == 0) {
		gone = *at;
		*at = gone->next;
		free(gone);
	}
	pthread_mutex_unlock(&addresses->lock);
}
