#pragma once

/*
 * The one-time link by which a platform administrator comes into being: written
 * by aegisctl admin create, taken by AcceptAdminInvitation.
 */
#include "base/instant.h"

#define ADMIN_INVITATION_KIND "adm"
#define ADMIN_INVITATION_TTL  HOURS(24)
