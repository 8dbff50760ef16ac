/* The auth daemon: see README.md. */
#include "auth/auth.h"

int main(int argc, char **argv)
{
	return svc_main(&auth_daemon, argc, argv);
}
