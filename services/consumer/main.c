/* The consumer daemon: see README.md. */
#include "consumer/consumer.h"
#include "svc/svc.h"

int main(int argc, char **argv)
{
	return svc_main(&consumer_daemon, argc, argv);
}
