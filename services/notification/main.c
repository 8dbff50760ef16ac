/* The notification daemon: see README.md. */
#include "notification/notification.h"
#include "svc/svc.h"

int main(int argc, char **argv)
{
	return svc_main(&notification_daemon, argc, argv);
}
