/* Fault injection; the whole file is empty in release builds. */
#include "internal.h"

#ifdef AEGIS_DB_FAULTS
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic unsigned armed[DB_FAULT_KINDS];

void db_fault_arm(enum db_fault kind, unsigned k)
{
	atomic_store(&armed[kind], k);
}

bool db_fault_is_armed(enum db_fault kind)
{
	return atomic_load(&armed[kind]) > 0;
}

bool db_fault_strikes(enum db_fault kind)
{
	unsigned left = atomic_load(&armed[kind]);

	while (left > 0)
		if (atomic_compare_exchange_weak(&armed[kind], &left, left - 1))
			return left == 1;
	return false;
}

void db_fault_from_environment(void)
{
	static const char *const names[] = {"send", "receive", "query", "commit"};
	static _Atomic bool is_read;
	struct str text = str_of(getenv("AEGIS_DB_FAULT"));
	struct str kind;
	uint64_t k;

	if (atomic_exchange(&is_read, true) || !text.ptr)
		return;
	kind = str_take_until(&text, ':');
	for (int i = 0; i < DB_FAULT_KINDS; i++)
		if (str_eq_c(kind, names[i]) && str_to_u64(text, &k) && k <= UINT32_MAX)
			db_fault_arm((enum db_fault)i, (unsigned)k);
}
#endif
