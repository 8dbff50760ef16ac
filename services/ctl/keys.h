#pragma once

/* aegisctl keys: the key files of every daemon (crypto/keyring.h). */
int ctl_keys(int argc, char **argv);
