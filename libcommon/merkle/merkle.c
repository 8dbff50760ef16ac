#include "merkle/merkle.h"

#include <string.h>

#include "crypto/hash.h"

bool merkle_hash_eq(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->bytes, b->bytes, MERKLE_HASH) == 0;
}

struct merkle_hash merkle_leaf(const void *data, size_t len)
{
	struct sha256 sha;
	struct merkle_hash hash;

	sha256_init(&sha);
	sha256_update(&sha, "\0", 1);
	sha256_update(&sha, data, len);
	sha256_final(&sha, hash.bytes);
	return hash;
}

struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right)
{
	uint8_t both[1 + 2 * MERKLE_HASH] = {1};
	struct merkle_hash hash;

	memcpy(both + 1, left->bytes, MERKLE_HASH);
	memcpy(both + 1 + MERKLE_HASH, right->bytes, MERKLE_HASH);
	crypto_sha256(hash.bytes, both, sizeof both);
	return hash;
}

struct merkle_hash merkle_empty_root(void)
{
	struct merkle_hash hash;

	crypto_sha256(hash.bytes, "", 0);
	return hash;
}

void merkle_append(struct merkle_frontier *frontier, const struct merkle_hash *leaf,
		   merkle_completed completed, void *arg)
{
	struct merkle_hash node = *leaf;
	uint64_t index = frontier->size;
	unsigned height = 0;

	/* Each set low bit of the size is a perfect subtree that this leaf's side completes. */
	for (uint64_t bits = frontier->size; bits & 1; bits >>= 1) {
		node = merkle_node(&frontier->nodes[--frontier->n], &node);
		height++;
		index >>= 1;
		if (completed)
			completed(arg, height, index, &node);
	}
	frontier->nodes[frontier->n++] = node;
	frontier->size++;
}

struct merkle_hash merkle_root(const struct merkle_frontier *frontier)
{
	struct merkle_hash root;

	if (frontier->n == 0)
		return merkle_empty_root();
	root = frontier->nodes[frontier->n - 1];
	for (unsigned i = frontier->n - 1; i-- > 0;)
		root = merkle_node(&frontier->nodes[i], &root);
	return root;
}

size_t merkle_frontier_encode(uint8_t out[MERKLE_FRONTIER_BYTES],
			      const struct merkle_frontier *frontier)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(frontier->size >> (56 - 8 * i));
	memcpy(out + 8, frontier->nodes, frontier->n * sizeof frontier->nodes[0]);
	return 8 + frontier->n * sizeof frontier->nodes[0];
}

bool merkle_frontier_decode(struct merkle_frontier *out, const uint8_t *data, size_t len)
{
	uint64_t size = 0;
	unsigned n;

	if (len < 8)
		return false;
	for (int i = 0; i < 8; i++)
		size = size << 8 | data[i];
	n = (unsigned)__builtin_popcountll(size);
	if (size >> MERKLE_MAX_DEPTH || len != 8 + n * (size_t)MERKLE_HASH)
		return false;
	*out = (struct merkle_frontier){.size = size, .n = n};
	memcpy(out->nodes, data + 8, n * (size_t)MERKLE_HASH);
	return true;
}

/* The largest power of two smaller than n (n > 1): where RFC 6962 splits a tree. */
static uint64_t split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

struct source {
	merkle_lookup lookup;
	void *arg;
};

/*
 * MTH of the leaves [begin, end).  Splits only happen on the right edge, so a
 * range that is a power of two long is aligned and can be looked up.
 */
static struct status range_hash(const struct source *from, uint64_t begin, uint64_t end,
				struct merkle_hash *out)
{
	uint64_t len = end - begin, k;
	struct merkle_hash left, right;

	if ((len & (len - 1)) == 0) {
		unsigned height = (unsigned)__builtin_ctzll(len);

		return from->lookup(from->arg, height, begin >> height, out);
	}
	k = split(len);
	TRY(range_hash(from, begin, begin + k, &left));
	TRY(range_hash(from, begin + k, end, &right));
	*out = merkle_node(&left, &right);
	return OK;
}

/* Proofs are listed from the leaf up; the walk goes down, so it is turned round at the end. */
static void reverse(struct merkle_proof *proof)
{
	for (size_t i = 0, j = proof->n; i + 1 < j; i++) {
		struct merkle_hash swap = proof->hashes[i];

		proof->hashes[i] = proof->hashes[--j];
		proof->hashes[j] = swap;
	}
}

struct status merkle_inclusion_proof(uint64_t index, uint64_t size, merkle_lookup lookup, void *arg,
				     struct merkle_proof *out)
{
	const struct source from = {lookup, arg};
	struct merkle_proof proof = {};
	uint64_t begin = 0, end = size;

	if (index >= size)
		return FAIL(NO_SUCH_LEAF);
	while (end - begin > 1) {
		uint64_t middle = begin + split(end - begin);
		struct merkle_hash *sibling = &proof.hashes[proof.n++];

		if (index < middle) {
			TRY(range_hash(&from, middle, end, sibling));
			end = middle;
		} else {
			TRY(range_hash(&from, begin, middle, sibling));
			begin = middle;
		}
	}
	reverse(&proof);
	*out = proof;
	return OK;
}

struct status merkle_consistency_proof(uint64_t old_size, uint64_t size, merkle_lookup lookup,
				       void *arg, struct merkle_proof *out)
{
	const struct source from = {lookup, arg};
	struct merkle_proof proof = {};
	uint64_t begin = 0, end = size;

	if (old_size > size)
		return FAIL(NO_SUCH_TREE);
	if (old_size == 0 || old_size == size) {
		*out = proof;
		return OK;
	}
	/* RFC 6962 2.1.2, SUBPROOF(m, D[n], b) as a loop from the root down. */
	while (old_size != end) {
		uint64_t middle = begin + split(end - begin);
		struct merkle_hash *sibling = &proof.hashes[proof.n++];

		if (old_size <= middle) {
			TRY(range_hash(&from, middle, end, sibling));
			end = middle;
		} else {
			TRY(range_hash(&from, begin, middle, sibling));
			begin = middle;
		}
	}
	if (begin != 0)
		TRY(range_hash(&from, begin, end, &proof.hashes[proof.n++]));
	reverse(&proof);
	*out = proof;
	return OK;
}

bool merkle_verify_inclusion(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
			     const struct merkle_proof *proof, const struct merkle_hash *root)
{
	uint64_t fn = index, sn = size - 1;
	struct merkle_hash r = *leaf;

	if (index >= size)
		return false;
	for (size_t i = 0; i < proof->n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			r = merkle_node(&proof->hashes[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &proof->hashes[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && merkle_hash_eq(&r, root);
}

/* RFC 9162 2.1.4.2 steps 3 to 8, for 0 < old_size < size. */
static bool verify_extension(uint64_t old_size, const struct merkle_hash *old_root, uint64_t size,
			     const struct merkle_hash *root, const struct merkle_proof *proof)
{
	bool is_power = (old_size & (old_size - 1)) == 0;
	uint64_t fn = old_size - 1, sn = size - 1;
	struct merkle_hash fr, sr;
	size_t at = is_power ? 0 : 1;

	if (proof->n == 0)
		return false;
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	fr = sr = is_power ? *old_root : proof->hashes[0];
	for (; at < proof->n; at++) {
		const struct merkle_hash *c = &proof->hashes[at];

		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			fr = merkle_node(c, &fr);
			sr = merkle_node(c, &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, c);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && merkle_hash_eq(&fr, old_root) && merkle_hash_eq(&sr, root);
}

bool merkle_verify_consistency(uint64_t old_size, const struct merkle_hash *old_root, uint64_t size,
			       const struct merkle_hash *root, const struct merkle_proof *proof)
{
	if (old_size > size)
		return false;
	if (old_size == size)
		return proof->n == 0 && merkle_hash_eq(old_root, root);
	if (old_size == 0)
		return proof->n == 0;
	return verify_extension(old_size, old_root, size, root, proof);
}
