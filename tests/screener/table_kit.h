#pragma once

/* What the tests of decision tables share: values and cells written as text, and answers as text.
 */
#include "base/arena.h"
#include "screener/exchange/table.h"

/* Of one test: TestSuite(…, .init = table_kit_open, .fini = table_kit_close). */
extern struct arena *table_arena;
void table_kit_open(void);
void table_kit_close(void);

/* A FEEL literal and a unary test; the running test fails when the text is none. */
struct feel feel_of(const char *text);
struct unary cell_of(const char *text);
/* "conflict", or the outputs or the aggregate: "1 2". */
const char *table_answer(const struct table *table, const struct feel *inputs);
