/* One cloned database for all tests of the binary. */
#include <criterion/hooks.h>

#include "sample_world.h"

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	sample_database_begin();
}
