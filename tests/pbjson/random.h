#pragma once

/* Random numbers and messages; AEGIS_SEED repeats a run, the seed is printed. */
#include "pbjson/pbjson.h"

void random_seed(void);
uint64_t random_bits64(void);
/* 0 to n - 1. */
uint64_t random_below(uint64_t n);
/* A message that can be written as JSON, in the arena. */
ProtobufCMessage *random_message(struct arena *arena, const struct pb_info *info);
