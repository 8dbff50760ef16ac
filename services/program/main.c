/* The program daemon: see README.md. */
#include "program/program.h"
#include "svc/svc.h"

int main(int argc, char **argv)
{
	return svc_main(&program_daemon, argc, argv);
}
