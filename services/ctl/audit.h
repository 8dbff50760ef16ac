#pragma once

/* aegisctl audit: what an auditor does with an export, away from the database. */
int ctl_audit(int argc, char **argv);
