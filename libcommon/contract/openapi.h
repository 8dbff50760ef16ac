#pragma once

/* The API's description (OpenAPI 3.1), JSON text made at build time; in aegis_routes. */
#include <stddef.h>

extern const char gw_openapi[]; /* ends in NUL, which gw_openapi_len does not count */
extern const size_t gw_openapi_len;
