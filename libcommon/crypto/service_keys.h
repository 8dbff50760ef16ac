#pragma once

/* Adding to <secrets>/services.pub; reading it is part of keyring.h. */
#include <stdint.h>

#include "crypto/keyring.h"

/* Adds a line under a lock, so that daemons may be set up side by side; 0644. */
struct status service_keys_publish(const char *secrets_dir, const char *daemon, const char *kid,
				   enum key_kind kind, const uint8_t public_key[32]);
