/*
 * The sample as a process that subscribes under the name audit.  Not linked with
 * Criterion, which takes a program started by one of its tests for a test.
 */
#include "sample_audit.h"

int main(int argc, char **argv)
{
	return svc_main(&sample_audit, argc, argv);
}
