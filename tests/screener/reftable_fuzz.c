/* Arbitrary bytes as a reference table that a document names by their hash. */
#include <stdlib.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 24);
	char *table = str_dup(arena, (struct str){(const char *)data, size});
	const char *bytes = table;
	uint8_t hash[32];
	char hex[65];
	struct kit kit;

	crypto_sha256(hash, table, strlen(table));
	hex_encode(hex, hash, sizeof hash);
	kit = kit_compile_with(
		arena_printf(arena,
			     "{'format':'screener/1','slug':'t','locales':['en'],"
			     "'tables':{'r':{'sha256':'%s','as_of':{'var':'dt'}}},'items':["
			     "{'id':'dt','type':'date'},{'id':'k','type':'text'},"
			     "{'id':'n','type':'integer'}],'derived':[{'id':'one','type':'integer',"
			     "'rule':{'lookup':['r','v',{'k':{'var':'k'}}]}}],"
			     "'outcomes':[{'id':'e','severity':1}],'hit_policy':'first','rules':["
			     "{'id':'R','if':{'<':[{'lookup':['r','v',{'k':{'var':'k'}}]},5]},"
			     "'then':'e'}],'on_unknown':'e'}",
			     hex),
		&bytes, 1);
	kit_eval(&kit, "{'dt':'2025-06-01','k':'a','n':3}");
	kit_eval(&kit, "{'dt':'2025-06-01','k':'zz','n':3}");
	kit_free(&kit);
	arena_free(&arena);
	return 0;
}
