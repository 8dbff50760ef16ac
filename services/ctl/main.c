/*
 * aegisctl: the operator's tool.  Every command is a row in commands.c and a
 * file of its own.
 */
#include "commands.h"

int main(int argc, char **argv)
{
	return ctl_run(argc, argv);
}
