#pragma once

/* aegisctl migrate --db CONNINFO [--secrets DIR] [--peer USER] [--dry-run] */
int ctl_migrate(int argc, char **argv);
