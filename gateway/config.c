#include "config.h"

#define CFG_OWNER struct gateway_config
const struct cfg_setting gateway_settings[] = {GATEWAY_SETTINGS(CFG_ROW)};
#undef CFG_OWNER
const size_t gateway_n_settings = sizeof gateway_settings / sizeof gateway_settings[0];
