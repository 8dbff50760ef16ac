#pragma once

/* `aegisctl screener`: check, evaluate, compare, convert. */
int ctl_screener(int argc, char **argv);
