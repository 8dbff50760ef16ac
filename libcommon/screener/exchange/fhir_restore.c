/*
 * What this product itself exported comes back whole, if the questionnaire says
 * the same as what it would bring back: whoever writes a questionnaire can also
 * write a difference and its hash.
 */
#include "base/encoding.h"
#include "screener/exchange/fhir_map.h"

#include "crypto/hash.h"
#include "screener/exchange/patch.h"
#include "screener/json/canon.h"

_Static_assert(FHIR_HEX_BYTES == 2 * SHA256_BYTES + 1, "a hash in hexadecimal");

bool fhir_hash_of(struct arena *arena, const json_t *value, char out[FHIR_HEX_BYTES])
{
	uint8_t hash[SHA256_BYTES];
	struct str canonical;

	if (is_failed(canon_json(arena, value, &canonical)))
		return false;
	crypto_sha256(hash, canonical.ptr, canonical.len);
	hex_encode(out, hash, sizeof hash);
	return true;
}

bool fhir_has_hash(struct arena *arena, const json_t *value, const char *text)
{
	char own[FHIR_HEX_BYTES];

	return text && fhir_hash_of(arena, value, own) && strcmp(own, text) == 0;
}

static const json_t *item_in(const json_t *items, const char *id)
{
	const json_t *found = NULL;

	for (size_t i = 0; i < json_array_size(items) && !found; i++) {
		const json_t *item = json_array_get(items, i);
		const char *own = fhir_text(item, "id");

		found = own && strcmp(own, id) == 0 ? item
						    : item_in(json_object_get(item, "items"), id);
	}
	return found;
}

const json_t *fhir_item_in(const json_t *document, const char *id)
{
	return item_in(json_object_get(document, "items"), id);
}

static bool same_member(const json_t *a, const json_t *b, const char *name)
{
	const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);

	return (!x && !y) || json_equal(x, y);
}

static size_t count_items(const json_t *items)
{
	size_t n = json_array_size(items);

	for (size_t i = 0; i < json_array_size(items); i++)
		n += count_items(json_object_get(json_array_get(items, i), "items"));
	return n;
}

/* Are these items asked of the same people?  again is what an export of restored comes back as. */
static bool asks_same(const json_t *items, const json_t *mapped, const json_t *again)
{
	static const char *const members[] = {"type", "show_if", "repeats"};
	bool same = true;

	for (size_t i = 0; i < json_array_size(items) && same; i++) {
		const json_t *item = json_array_get(items, i);
		const char *id = fhir_text(item, "id");
		const json_t *said = id ? fhir_item_in(mapped, id) : NULL;
		const json_t *say = id ? fhir_item_in(again, id) : NULL;

		for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
			same = same && said &&
			       (same_member(item, said, members[k]) ||
				(say && same_member(say, said, members[k])));
		same = same && asks_same(json_object_get(item, "items"), mapped, again);
	}
	return same;
}

static bool agrees(struct arena *arena, const json_t *restored, const json_t *mapped)
{
	const json_t *items = json_object_get(restored, "items");
	struct findings ignored = {.arena = arena};
	json_t *plain = fhir_map_out(arena, restored, NULL);
	json_t *again = fhir_map_in(arena, plain, FHIR_LOSSY, &ignored);
	bool same = count_items(items) == count_items(json_object_get(mapped, "items")) &&
		    asks_same(items, mapped, again);

	json_decref(again);
	json_decref(plain);
	return same;
}

bool fhir_restore(struct arena *arena, const json_t *questionnaire, struct findings *notes,
		  json_t **document)
{
	const char *text = fhir_text(fhir_extension(questionnaire, FHIR_DIFFERENCE), "valueString");
	const char *hash = fhir_text(fhir_extension(questionnaire, FHIR_SHA256), "valueString");
	json_t *patch = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	json_t *restored = NULL;
	bool whole = patch && is_ok(patch_apply(arena, *document, patch, &restored, NULL)) &&
		     fhir_has_hash(arena, restored, hash) && agrees(arena, restored, *document);

	if (whole) {
		json_decref(*document);
		*document = json_incref(restored);
	} else if (text) {
		finding_add_at(
			notes, "/extension", SCREENER_WARNING, "FHIR_CHANGED",
			"The questionnaire was changed after its export: rules and whatever else "
			"FHIR cannot say are not taken over.");
	}
	json_decref(restored);
	json_decref(patch);
	return whole;
}
