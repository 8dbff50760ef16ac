#pragma once

/* aegis-sqlgen as a program, in a folder of its own. */
#include "base/arena.h"
#include "base/str.h"

/* Of the running test. */
extern struct arena *arena;

void sqlgen_setup(void);
void sqlgen_teardown(void);

const char *scratch_dir(void);
void remove_dir(const char *dir);
void write_file(const char *path, const char *text);

/* Runs a command; what it says (both streams) lands in *output. */
int run(const char *command, const char **output);

/* Generates dir/t from the statements, with the contract of the tests. */
int generate(const char *dir, const char *sql, const char **output);
