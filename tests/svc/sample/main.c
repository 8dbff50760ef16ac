#include "sample/note.h"

int main(int argc, char **argv)
{
	return svc_main(&sample_daemon, argc, argv);
}
