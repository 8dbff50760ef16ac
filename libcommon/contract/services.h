#pragma once

/* Every service of the contract, by the names of the daemons.  CMake writes the list
 * (deploy/cmake/aegis_proto.cmake). */
#include "contract/method.h"

extern const struct rpc_service *const all_services[];
extern const size_t n_all_services;
