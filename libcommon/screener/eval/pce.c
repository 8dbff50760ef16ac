/* The one place of the engine that computes in floating point; only a rounded percentage leaves. */
#include "screener/eval/pce.h"

#include <math.h>

struct coefficients {
	double age, age2;
	double chol, age_chol;
	double hdl, age_hdl;
	double treated, age_treated;
	double untreated, age_untreated;
	double smoker, age_smoker;
	double diabetes;
	double mean, survival;
};

static const struct coefficients table[2][2] = {
	/* [female][black] */
	{{12.344, 0, 11.853, -2.664, -7.990, 1.769, 1.797, 0, 1.764, 0, 7.837, -1.795, 0.658, 61.18,
	  0.9144},
	 {2.469, 0, 0.302, 0, -0.307, 0, 1.916, 0, 1.809, 0, 0.549, 0, 0.645, 19.54, 0.8954}},
	{{-29.799, 4.884, 13.540, -3.114, -13.578, 3.149, 2.019, 0, 1.957, 0, 7.574, -1.665, 0.661,
	  -29.18, 0.9665},
	 {17.114, 0, 0.940, 0, -18.920, 4.475, 29.291, -6.432, 27.820, -6.087, 0.691, 0, 0.874,
	  86.61, 0.9533}},
};

static bool is_within(double x, double low, double high)
{
	return x >= low && x <= high;
}

static double linear_sum(const struct coefficients *c, const struct pce_input *in)
{
	double age = log(in->age);
	double sbp = log(in->sbp);
	double sum = c->age * age + c->age2 * age * age;

	sum += (c->chol + c->age_chol * age) * log(in->total_chol);
	sum += (c->hdl + c->age_hdl * age) * log(in->hdl);
	if (in->treated)
		sum += (c->treated + c->age_treated * age) * sbp;
	else
		sum += (c->untreated + c->age_untreated * age) * sbp;
	if (in->smoker)
		sum += c->smoker + c->age_smoker * age;
	if (in->diabetes)
		sum += c->diabetes;
	return sum;
}

bool pce_ascvd(const struct pce_input *in, struct number *out)
{
	const struct coefficients *c = &table[in->female][in->black];
	double risk;

	if (!is_within(in->age, 40, 79) || !is_within(in->total_chol, 130, 320) ||
	    !is_within(in->hdl, 20, 100) || !is_within(in->sbp, 90, 200))
		return false;
	risk = 1 - pow(c->survival, exp(linear_sum(c, in) - c->mean));
	return number_div(number_of((int64_t)floor(risk * 10000 + 0.5)), number_of(100), out);
}
