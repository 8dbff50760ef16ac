/* A daemon without a database that gives back what it was given. */
#include "aegis/echo/v1/echo.aegis.h"
#include "svc/svc.h"

struct status echo_echo_bytes(struct rpc_call *call, const Echo__EchoBytesRequest *req,
			      Echo__EchoBytesResponse *resp)
{
	(void)call;
	resp->payload = req->payload;
	return OK;
}

int main(int argc, char **argv)
{
	static const struct svc_descriptor daemon = {
		.name = "echo",
		.purpose = "gives back what it was given",
		.service = &echo_service,
		.handlers = &echo_handlers,
	};

	return svc_main(&daemon, argc, argv);
}
