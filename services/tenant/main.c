/* The tenant daemon: see README.md. */
#include "svc/svc.h"
#include "tenant/tenant.h"

int main(int argc, char **argv)
{
	return svc_main(&tenant_daemon, argc, argv);
}
