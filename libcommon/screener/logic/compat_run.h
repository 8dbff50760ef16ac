#pragma once

/*
 * One application of a compat rule and the table of operators that get values.
 * Private to compat*.c.
 */
#include "base/status.h"
#include "screener/logic/compat_value.h"

struct run {
	struct js_budget budget;
	int depth;
	struct status failure; /* the first one; evaluation then unwinds */
};

struct args {
	const struct js *v;
	size_t n;
};

struct eager_operator {
	const char *name;
	struct js (*apply)(struct run *run, struct args args, struct js data);
};

bool run_has_failed(const struct run *run);
/* Keeps the first failure; returns null. */
struct js run_fail(struct run *run, struct status st);

/* Operators whose arguments are evaluated first; NULL when there is none of this name. */
const struct eager_operator *eager_operator_named(const char *name);
