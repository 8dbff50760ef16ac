#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "base/str.h"
#include "merkle/merkle.h"

#define MAX_LEAVES 300

/* The definition of RFC 6962 2.1, word for word and slow: what everything is compared with. */
static struct merkle_hash mth(const struct merkle_hash *leaves, size_t n)
{
	struct merkle_hash left, right;
	size_t k = 1;

	if (n == 0)
		return merkle_empty_root();
	if (n == 1)
		return leaves[0];
	while (k * 2 < n)
		k *= 2;
	left = mth(leaves, k);
	right = mth(leaves + k, n - k);
	return merkle_node(&left, &right);
}

static struct merkle_hash leaves[MAX_LEAVES];

static void make_leaves(void)
{
	for (size_t i = 0; i < MAX_LEAVES; i++)
		leaves[i] = merkle_leaf(&i, sizeof i);
}

static struct status lookup(void *arg, unsigned height, uint64_t index, struct merkle_hash *out)
{
	(void)arg;
	*out = mth(leaves + (index << height), (size_t)1 << height);
	return OK;
}

TestSuite(merkle, .init = make_leaves);

Test(merkle, a_frontier_has_the_root_of_the_definition_at_every_size)
{
	struct merkle_frontier frontier = {};

	for (size_t n = 0; n <= MAX_LEAVES; n++) {
		struct merkle_hash root = merkle_root(&frontier), expected = mth(leaves, n);
		uint8_t bytes[MERKLE_FRONTIER_BYTES];
		struct merkle_frontier back;

		cr_assert(merkle_hash_eq(&root, &expected), "size %zu", n);
		cr_assert(merkle_frontier_decode(&back, bytes,
						 merkle_frontier_encode(bytes, &frontier)));
		frontier = back;
		if (n < MAX_LEAVES)
			merkle_append(&frontier, &leaves[n], NULL, NULL);
	}
}

static void check_completed(void *arg, unsigned height, uint64_t index,
			    const struct merkle_hash *hash)
{
	struct merkle_hash expected = mth(leaves + (index << height), (size_t)1 << height);

	++*(size_t *)arg;
	cr_assert(merkle_hash_eq(&expected, hash));
}

Test(merkle, every_perfect_subtree_is_reported_once)
{
	struct merkle_frontier frontier = {};
	size_t reported = 0;

	for (size_t n = 0; n < 256; n++)
		merkle_append(&frontier, &leaves[n], check_completed, &reported);
	cr_assert_eq(reported, 255);
}

Test(merkle, inclusion_proofs_verify_and_altered_ones_do_not)
{
	for (uint64_t size = 1; size <= 70; size++) {
		struct merkle_hash root = mth(leaves, size);

		for (uint64_t i = 0; i < size; i++) {
			struct merkle_proof proof;

			cr_assert(is_ok(merkle_inclusion_proof(i, size, lookup, NULL, &proof)));
			cr_assert(merkle_verify_inclusion(&leaves[i], i, size, &proof, &root));
			cr_assert_not(
				merkle_verify_inclusion(&leaves[i + 1], i, size, &proof, &root));
			if (size > 1)
				cr_assert_not(merkle_verify_inclusion(&leaves[i], (i + 1) % size,
								      size, &proof, &root));
			if (proof.n) {
				proof.hashes[proof.n / 2].bytes[7] ^= 1;
				cr_assert_not(merkle_verify_inclusion(&leaves[i], i, size, &proof,
								      &root));
				proof.hashes[proof.n / 2].bytes[7] ^= 1;
				proof.n--;
				cr_assert_not(merkle_verify_inclusion(&leaves[i], i, size, &proof,
								      &root));
			}
		}
	}
}

Test(merkle, consistency_proofs_verify_and_a_fork_does_not)
{
	for (uint64_t size = 0; size <= 70; size++) {
		struct merkle_hash root = mth(leaves, size);

		for (uint64_t old = 0; old <= size; old++) {
			struct merkle_hash old_root = mth(leaves, old), fork;
			struct merkle_proof proof;

			cr_assert(is_ok(merkle_consistency_proof(old, size, lookup, NULL, &proof)));
			cr_assert(merkle_verify_consistency(old, &old_root, size, &root, &proof),
				  "%llu to %llu", (unsigned long long)old,
				  (unsigned long long)size);
			if (old == 0)
				continue;
			fork = mth(leaves + 100, old);
			cr_assert_not(merkle_verify_consistency(old, &fork, size, &root, &proof));
			if (old < size) {
				struct merkle_hash other = mth(leaves + 100, size);

				cr_assert_not(merkle_verify_consistency(old, &old_root, size,
									&other, &proof));
			}
		}
	}
}

Test(merkle, refuses_leaves_and_trees_that_are_not_there)
{
	struct merkle_proof proof;
	struct merkle_frontier frontier;

	cr_assert_eq(merkle_inclusion_proof(3, 3, lookup, NULL, &proof).code, STATUS_OUT_OF_RANGE);
	cr_assert_eq(merkle_consistency_proof(4, 3, lookup, NULL, &proof).code,
		     STATUS_OUT_OF_RANGE);
	cr_assert_not(merkle_frontier_decode(&frontier, (const uint8_t *)"\0\0\0\0\0\0\0\1", 8));
	cr_assert_not(merkle_frontier_decode(&frontier, (const uint8_t *)"\xff\0\0\0\0\0\0\0", 8));
}

static json_t *sample(const char *name)
{
	const char *dir = getenv("AEGIS_SAMPLES");
	char path[4096];
	json_t *json;

	snprintf(path, sizeof path, "%s/rfc6962/%s", dir ? dir : ".", name);
	json = json_load_file(path, 0, NULL);
	if (!json)
		printf("skipped: no %s\n", path);
	return json;
}

static struct merkle_hash hash_of_hex(const json_t *text)
{
	struct merkle_hash hash;

	cr_assert(hex_decode(hash.bytes, MERKLE_HASH, str_of(json_string_value(text))));
	return hash;
}

static struct merkle_proof proof_of(const json_t *list)
{
	struct merkle_proof proof = {.n = json_array_size(list)};

	for (size_t i = 0; i < proof.n; i++)
		proof.hashes[i] = hash_of_hex(json_array_get(list, i));
	return proof;
}

static bool same_proof(const struct merkle_proof *a, const struct merkle_proof *b)
{
	return a->n == b->n && memcmp(a->hashes, b->hashes, a->n * sizeof a->hashes[0]) == 0;
}

static void check_vectors(const json_t *vectors)
{
	const json_t *roots = json_object_get(vectors, "roots_hex"), *item;
	size_t i;

	json_array_foreach (json_object_get(vectors, "leaves_hex"), i, item) {
		uint8_t data[64];
		size_t len = json_string_length(item) / 2;

		cr_assert(hex_decode(data, len, str_of(json_string_value(item))));
		leaves[i] = merkle_leaf(data, len);
	}
	json_array_foreach (roots, i, item) {
		struct merkle_hash expected = hash_of_hex(item), root = mth(leaves, i);

		cr_assert(merkle_hash_eq(&expected, &root), "root %zu", i);
	}
	json_array_foreach (json_object_get(vectors, "inclusion"), i, item) {
		uint64_t index = (uint64_t)json_integer_value(json_object_get(item, "leaf_index"));
		uint64_t size = (uint64_t)json_integer_value(json_object_get(item, "tree_size"));
		struct merkle_proof expected = proof_of(json_object_get(item, "proof_hex")), proof;

		cr_assert(is_ok(merkle_inclusion_proof(index, size, lookup, NULL, &proof)));
		cr_assert(same_proof(&proof, &expected));
	}
	json_array_foreach (json_object_get(vectors, "consistency"), i, item) {
		uint64_t old = (uint64_t)json_integer_value(json_object_get(item, "size1"));
		uint64_t size = (uint64_t)json_integer_value(json_object_get(item, "size2"));
		struct merkle_proof expected = proof_of(json_object_get(item, "proof_hex")), proof;

		cr_assert(is_ok(merkle_consistency_proof(old, size, lookup, NULL, &proof)));
		cr_assert(same_proof(&proof, &expected));
	}
}

Test(merkle, agrees_with_the_published_eight_leaf_tree)
{
	json_t *vectors = sample("vectors_8_leaves.json");

	/* cr_skip_test() would make the whole run fail. */
	if (!vectors)
		return;
	check_vectors(vectors);
	json_decref(vectors);
}
