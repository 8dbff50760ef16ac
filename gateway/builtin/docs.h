#pragma once

/*
 * The page that shows openapi.json: one file without anything from elsewhere.
 * Its policy allows exactly its own inline script and style, by their hashes.
 */
#include "base/str.h"

/* Once, before any loop runs. */
void docs_init(void);
struct str docs_page(void);
struct str docs_policy(void);
