/*
 * What jansson and libxml2 do without memory: the one leaves a member out of an
 * object, the other an element out of a document, and the callers of both go on.
 * A screener could then say something else than its author wrote.  Here, as in
 * base/arena.h, there is memory or the process ends.
 *
 * Set before main(), for both libraries must have it before their first use;
 * every program that has this library has this file (CMakeLists.txt).
 */
#include <jansson.h>
#include <libxml/xmlmemory.h>
#include <stdlib.h>
#include <string.h>

#include "screener/memory.h"

static void *must_have(void *ptr)
{
	if (!ptr)
		abort();
	return ptr;
}

static void *take(size_t size)
{
	return must_have(malloc(size ? size : 1));
}

static void *grow(void *ptr, size_t size)
{
	return must_have(realloc(ptr, size ? size : 1));
}

static char *copy(const char *text)
{
	return must_have(strdup(text));
}

__attribute__((constructor)) void screener_memory(void)
{
	json_set_alloc_funcs(take, free);
	if (xmlMemSetup(free, take, grow, copy) != 0)
		abort();
}
