#pragma once

/*
 * Ten-year risk of a first atherosclerotic event by the pooled cohort equations
 * (Goff et al., Circulation 2014;129 suppl 2:S49-S73, table A).
 */
#include <stdbool.h>

#include "screener/value/number.h"

struct pce_input {
	double age;	   /* years, 40 to 79 */
	double total_chol; /* mg/dL, 130 to 320 */
	double hdl;	   /* mg/dL, 20 to 100 */
	double sbp;	   /* mm Hg, 90 to 200 */
	bool female, black, treated, smoker, diabetes;
};

/* Percent with two decimals, half up; false outside the ranges above. */
bool pce_ascvd(const struct pce_input *in, struct number *out);
