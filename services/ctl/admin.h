#pragma once

/* aegisctl admin create --email ADDRESS [--name NAME] [--db CONNINFO] [--secrets DIR] */
int ctl_admin(int argc, char **argv);
