#pragma once

/* The sample's handlers under the name audit, with tables of its own. */
#include "svc/svc.h"

extern struct svc_descriptor sample_audit;
