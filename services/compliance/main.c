/* The compliance daemon: see README.md. */
#include "compliance/compliance.h"
#include "svc/svc.h"

int main(int argc, char **argv)
{
	return svc_main(&compliance_daemon, argc, argv);
}
