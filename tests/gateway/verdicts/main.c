/* The edge on a free port, which it prints; ends when its input does. */
#include <stdio.h>
#include <unistd.h>

#include "gateway/edge_echo.h"

int main(void)
{
	struct edge_config config = edge_server_config();
	struct edge *edge = edge_server_start(&config);
	char byte;

	printf("%u\n", edge_port(edge));
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	edge_free(&edge);
	return 0;
}
