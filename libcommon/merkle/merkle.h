#pragma once

/*
 * The Merkle tree of RFC 6962 section 2.1 (SHA-256, leaf prefix 0, node prefix
 * 1) as an append-only log needs it: a frontier that appends in O(log n)
 * without the old leaves, proofs from stored perfect subtrees, and the two
 * verifications of RFC 9162 sections 2.1.3.2 and 2.1.4.2.  Pure computation:
 * nothing here reads a database or blocks, except through the caller's callback.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define MERKLE_HASH	 32
#define MERKLE_MAX_DEPTH 63
/* An inclusion proof has at most one hash a level, a consistency proof one more. */
#define MERKLE_MAX_PROOF (MERKLE_MAX_DEPTH + 1)

struct merkle_hash {
	uint8_t bytes[MERKLE_HASH];
};

bool merkle_hash_eq(const struct merkle_hash *a, const struct merkle_hash *b);

struct merkle_hash merkle_leaf(const void *data, size_t len);
struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right);
/* The root of the empty tree: SHA-256 of nothing. */
struct merkle_hash merkle_empty_root(void);

/*
 * The right edge of a tree: the roots of the perfect subtrees that make up its
 * size, largest first.  It is all that appending and the root need.
 */
struct merkle_frontier {
	uint64_t size;
	unsigned n;
	struct merkle_hash nodes[MERKLE_MAX_DEPTH + 1];
};

/*
 * Appends one leaf.  For each perfect subtree that this leaf completes (height
 * 1 and up; the leaf itself is height 0) completed is called with its height
 * and its index among the subtrees of that height; it may be NULL.
 */
typedef void (*merkle_completed)(void *arg, unsigned height, uint64_t index,
				 const struct merkle_hash *hash);
void merkle_append(struct merkle_frontier *frontier, const struct merkle_hash *leaf,
		   merkle_completed completed, void *arg);
struct merkle_hash merkle_root(const struct merkle_frontier *frontier);

/*
 * The frontier as bytes and back: size (8, big-endian), then the nodes.  False
 * when the number of nodes does not fit the size.
 */
#define MERKLE_FRONTIER_BYTES (8 + (MERKLE_MAX_DEPTH + 1) * MERKLE_HASH)
size_t merkle_frontier_encode(uint8_t out[MERKLE_FRONTIER_BYTES],
			      const struct merkle_frontier *frontier);
bool merkle_frontier_decode(struct merkle_frontier *out, const uint8_t *data, size_t len);

/*
 * Where proofs get their hashes: the root of the perfect subtree of the given
 * height (0 is a leaf hash) and index among those of its height.
 */
typedef struct status (*merkle_lookup)(void *arg, unsigned height, uint64_t index,
				       struct merkle_hash *out);

struct merkle_proof {
	size_t n;
	struct merkle_hash hashes[MERKLE_MAX_PROOF];
};

/* OUT_OF_RANGE/NO_SUCH_LEAF when index >= size; else the lookup's failures. */
struct status merkle_inclusion_proof(uint64_t index, uint64_t size, merkle_lookup lookup, void *arg,
				     struct merkle_proof *out);

/* From the tree of old_size to that of size; OUT_OF_RANGE/NO_SUCH_TREE when old_size > size. */
struct status merkle_consistency_proof(uint64_t old_size, uint64_t size, merkle_lookup lookup,
				       void *arg, struct merkle_proof *out);

/* Does the proof lead from this leaf at index to the root of the tree of size? */
bool merkle_verify_inclusion(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
			     const struct merkle_proof *proof, const struct merkle_hash *root);

/* Is the tree of size an extension of the tree of old_size? */
bool merkle_verify_consistency(uint64_t old_size, const struct merkle_hash *old_root, uint64_t size,
			       const struct merkle_hash *root, const struct merkle_proof *proof);
