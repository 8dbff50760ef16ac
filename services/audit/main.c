/* The audit daemon: see README.md. */
#include "audit/audit.h"
#include "svc/svc.h"

int main(int argc, char **argv)
{
	return svc_main(&audit_daemon, argc, argv);
}
