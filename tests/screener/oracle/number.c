/* Arithmetic: exact, or failed. An operation is unknown as its first unknown argument is. */
#include <string.h>

#include "world.h"

static struct value computed(bool fits, struct fraction n)
{
	return fits ? number_of(n) : failed();
}

static struct value remainder_of(struct fraction a, struct fraction b)
{
	if (b.num == 0)
		return failed();
	return integer_of(b.num == -1 ? 0 : a.num % b.num);
}

static struct value percentage(struct fraction part, struct fraction whole)
{
	struct fraction n = fraction_of(0);

	if (whole.num <= 0)
		return failed();
	return computed(
		fraction_divide(part, whole, &n) && fraction_multiply(n, fraction_of(100), &n), n);
}

static struct value apply(const char *op, struct value a, struct value b)
{
	struct fraction n = fraction_of(0);
	bool fits;

	switch (*op) {
	case '+': fits = fraction_add(a.number, b.number, &n); break;
	case '-': fits = fraction_subtract(a.number, b.number, &n); break;
	case '*': fits = fraction_multiply(a.number, b.number, &n); break;
	case '/': fits = fraction_divide(a.number, b.number, &n); break;
	case '%': return remainder_of(a.number, b.number);
	case 'p': return percentage(a.number, b.number);
	default:
		fits = fraction_compare(a.number, b.number) <= 0;
		return fits == (strcmp(op, "min") == 0) ? a : b;
	}
	return computed(fits, n);
}

static struct value fold(struct world *w, const char *op, json_t *args)
{
	struct value result = rule_value(w, argument(args, 0));

	if (*op == '-' && n_arguments(args) == 1 && result.known)
		return apply("-", integer_of(0), result);
	for (size_t i = 1; i < n_arguments(args) && result.known; i++) {
		struct value next = rule_value(w, argument(args, i));

		result = next.known ? apply(op, result, next) : next;
	}
	return result;
}

static struct value rounded(struct world *w, json_t *args)
{
	struct value v = rule_value(w, argument(args, 0));
	struct fraction n = fraction_of(0);

	if (!v.known)
		return v;
	return computed(fraction_round(v.number, (int)json_integer_value(argument(args, 1)),
				       rounding_named(json_string_value(argument(args, 2))), &n),
			n);
}

bool number_operator(struct world *w, const char *op, json_t *args, struct value *out)
{
	static const char *const folds[] = {"+", "-", "*", "/", "%", "min", "max", "pct_of", NULL};

	for (int i = 0; folds[i]; i++)
		if (strcmp(op, folds[i]) == 0) {
			*out = fold(w, op, args);
			return true;
		}
	if (strcmp(op, "round") == 0)
		*out = rounded(w, args);
	else if (strcmp(op, "in_unit") == 0)
		*out = rule_value(w, argument(args, 0));
	else
		return false;
	return true;
}
