/* Units that stand in a fixed and exact ratio (UCUM), for answers and conditions in another unit.
 */
#include "screener/exchange/fhir_map.h"

/* One of these is that many of the first of its dimension. */
static const struct {
	const char *code, *dimension, *size;
} units[] = {
	{"g", "mass", "1"},
	{"kg", "mass", "1000"},
	{"mg", "mass", "0.001"},
	{"ug", "mass", "0.000001"},
	{"[lb_av]", "mass", "453.59237"},
	{"[oz_av]", "mass", "28.349523125"},
	{"[stone_av]", "mass", "6350.29318"},
	{"m", "length", "1"},
	{"km", "length", "1000"},
	{"cm", "length", "0.01"},
	{"mm", "length", "0.001"},
	{"[in_i]", "length", "0.0254"},
	{"[ft_i]", "length", "0.3048"},
	{"[yd_i]", "length", "0.9144"},
	{"[mi_i]", "length", "1609.344"},
	{"L", "volume", "1"},
	{"l", "volume", "1"},
	{"dL", "volume", "0.1"},
	{"dl", "volume", "0.1"},
	{"mL", "volume", "0.001"},
	{"ml", "volume", "0.001"},
	{"d", "time", "1440"},
	{"wk", "time", "10080"},
	{"h", "time", "60"},
	{"min", "time", "1"},
	{"g/L", "density", "1"},
	{"g/dL", "density", "10"},
	{"mg/dL", "density", "0.01"},
	{"mg/L", "density", "0.001"},
};

#define N_UNITS (sizeof units / sizeof units[0])

static size_t unit_index(const char *code)
{
	size_t i = 0;

	while (i < N_UNITS && strcmp(units[i].code, code) != 0)
		i++;
	return i;
}

bool fhir_unit_factor(const char *from, const char *to, struct number *out)
{
	size_t a = unit_index(from), b = unit_index(to);
	struct number large, small;

	if (strcmp(from, to) == 0) {
		*out = number_of(1);
		return true;
	}
	if (a == N_UNITS || b == N_UNITS || strcmp(units[a].dimension, units[b].dimension) != 0)
		return false;
	return number_parse(str_of(units[a].size), &large) == NUMBER_OK &&
	       number_parse(str_of(units[b].size), &small) == NUMBER_OK &&
	       number_div(large, small, out);
}
