/* aegis-gateway: HTTP in, calls to daemons out.  Owns nothing durable. */
#include "gateway.h"

int main(int argc, char **argv)
{
	return gateway_main(argc, argv);
}
