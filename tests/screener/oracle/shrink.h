#pragma once

/* Makes a document that shows a difference smaller, in place, as long as it shows the same kind. */
#include "trial.h"

void shrink(const struct trial_settings *settings, json_t *document, json_t *tables, uint64_t seed,
	    const char *kind);
