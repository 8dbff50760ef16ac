/* The whole file is empty in release builds. */
#include "base/fault.h"

#ifdef AEGIS_FAULTS
#include <stdatomic.h>

static _Atomic unsigned armed[FAULT_KINDS];

void fault_arm(enum fault kind, unsigned k)
{
	atomic_store(&armed[kind], k);
}

bool fault_is_armed(enum fault kind)
{
	return atomic_load(&armed[kind]) > 0;
}

bool fault_strikes(enum fault kind)
{
	unsigned left = atomic_load(&armed[kind]);

	while (left > 0)
		if (atomic_compare_exchange_weak(&armed[kind], &left, left - 1))
			return left == 1;
	return false;
}
#endif
