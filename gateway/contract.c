/* The generated contract, handed to the gateway. */
#include "aegis/auth/v1/auth.aegis.h"
#include "aegis/consumer/v1/consumer.aegis.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "aegis/tenant/v1/tenant.aegis.h"
#include "contract/openapi.h"
#include "gateway.h"

const struct gw_contract *gateway_contract(void)
{
	static struct gw_contract contract;

	contract = (struct gw_contract){
		.routes = gw_routes,
		.n_routes = gw_n_routes,
		.auth = &auth_service,
		.consumer = &consumer_service,
		.tenant = &tenant_service,
		.daemon = &svc_service,
		.openapi = gw_openapi,
		.openapi_len = gw_openapi_len,
	};
	return &contract;
}
