#include "slow_rule.h"

#include <stdbool.h>
#include <string.h>

/* Numbers as fractions; den 0 is unknown. */
struct slow {
	long long num, den;
};

static struct slow known(long long num)
{
	return (struct slow){num, 1};
}

static struct slow fold(const char *op, struct slow a, struct slow b)
{
	if (!a.den || !b.den)
		return (struct slow){0, 0};
	switch (*op) {
	case '+': return known(a.num + b.num);
	case '-': return known(a.num - b.num);
	case '*': return known(a.num * b.num);
	case '%': return b.num ? known(a.num % b.num) : (struct slow){0, 0};
	case '/':
		if (b.num < 0)
			return (struct slow){-a.num, -b.num};
		return (struct slow){a.num, b.num};
	default:
		return strcmp(op, "min") == 0 ? known(a.num < b.num ? a.num : b.num)
					      : known(a.num > b.num ? a.num : b.num);
	}
}

static struct slow slow_number(json_t *rule, json_t *answers)
{
	const char *op = json_object_iter_key(json_object_iter(rule));
	json_t *args = op ? json_object_get(rule, op) : NULL;
	struct slow sum = known(0);
	json_t *value;
	size_t i;
	int t;

	if (json_is_integer(rule))
		return known(json_integer_value(rule));
	if (strcmp(op, "var") == 0) {
		value = json_object_get(answers, json_string_value(args));
		return value ? known(json_integer_value(value)) : (struct slow){0, 0};
	}
	if (strcmp(op, "if") == 0) {
		t = slow_truth(json_array_get(args, 0), answers);
		return t == 1 ? (struct slow){0, 0}
			      : slow_number(json_array_get(args, t == 2 ? 1 : 2), answers);
	}
	if (strcmp(op, "count_true") == 0) {
		json_array_foreach (args, i, value) {
			t = slow_truth(value, answers);
			sum = t == 1 || !sum.den ? (struct slow){0, 0} : known(sum.num + t / 2);
		}
		return sum;
	}
	return fold(op, slow_number(json_array_get(args, 0), answers),
		    slow_number(json_array_get(args, 1), answers));
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static int slow_order(const char *op, struct slow a, struct slow b)
{
	__int128 left = (__int128)a.num * b.den, right = (__int128)b.num * a.den;
	bool holds;

	if (!a.den || !b.den)
		return 1;
	if (strcmp(op, "==") == 0)
		holds = left == right;
	else if (strcmp(op, "!=") == 0)
		holds = left != right;
	else if (strcmp(op, "<") == 0)
		holds = left < right;
	else if (strcmp(op, "<=") == 0)
		holds = left <= right;
	else if (strcmp(op, ">") == 0)
		holds = left > right;
	else
		holds = left >= right;
	return holds ? 2 : 0;
}

static bool contains(json_t *list, json_t *value)
{
	json_t *element;
	size_t i;

	json_array_foreach (list, i, element)
		if (json_equal(element, value))
			return true;
	return false;
}

static int slow_set(const char *op, json_t *set, json_t *codes)
{
	json_t *code;
	size_t i;
	bool any = false, every = true;

	if (!set)
		return 1;
	json_array_foreach (codes, i, code) {
		any = any || contains(set, code);
		every = every && contains(set, code);
	}
	if (strcmp(op, "all") == 0)
		return every ? 2 : 0;
	return any == (strcmp(op, "some") == 0) ? 2 : 0;
}

/* Is 2 the number of true ones?  From the bounds: certain and possible. */
static int slow_at_least(long long n, json_t *list, json_t *answers)
{
	int certain = 0, possible = 0;
	json_t *element;
	size_t i;

	json_array_foreach (list, i, element) {
		int t = slow_truth(element, answers);

		certain += t == 2;
		possible += t >= 1;
	}
	return certain >= n ? 2 : possible >= n ? 1 : 0;
}

static int slow_junction(const char *op, json_t *args, json_t *answers)
{
	int result = *op == 'a' ? 2 : 0;
	json_t *element;
	size_t i;

	json_array_foreach (args, i, element)
		result = *op == 'a' ? least(result, slow_truth(element, answers))
				    : most(result, slow_truth(element, answers));
	return result;
}

static int slow_code(const char *op, json_t *args, json_t *answers)
{
	json_t *value = json_object_get(
		answers, json_string_value(json_object_get(json_array_get(args, 0), "var")));
	json_t *other = json_array_get(args, 1);
	bool same;

	if (!value)
		return 1;
	same = json_is_array(other) ? contains(other, value) : json_equal(other, value);
	return same != (strcmp(op, "!=") == 0) ? 2 : 0;
}

int slow_truth(json_t *rule, json_t *answers)
{
	const char *op = json_object_iter_key(json_object_iter(rule));
	json_t *args = op ? json_object_get(rule, op) : NULL;
	json_t *first = json_array_get(args, 0), *second = json_array_get(args, 1);
	struct slow x;
	int t;

	if (json_is_boolean(rule))
		return json_is_true(rule) ? 2 : 0;
	if (strcmp(op, "var") == 0) {
		rule = json_object_get(answers, json_string_value(args));
		return !rule ? 1 : json_is_true(rule) ? 2 : 0;
	}
	if (strcmp(op, "and") == 0 || strcmp(op, "or") == 0)
		return slow_junction(op, args, answers);
	if (strcmp(op, "!") == 0)
		return 2 - slow_truth(args, answers);
	if (strcmp(op, "if") == 0) {
		t = slow_truth(first, answers);
		return t == 1 ? 1 : slow_truth(t == 2 ? second : json_array_get(args, 2), answers);
	}
	if (strcmp(op, "at_least") == 0)
		return slow_at_least(json_integer_value(first), second, answers);
	if (strcmp(op, "some") == 0 || strcmp(op, "all") == 0 || strcmp(op, "none") == 0)
		return slow_set(op, json_object_get(answers, json_string_value(first)), second);
	if (strcmp(op, "in") == 0 || json_is_string(second))
		return slow_code(op, args, answers);
	x = slow_number(first, answers);
	if (strcmp(op, "between") == 0)
		return least(slow_order(">=", x, slow_number(second, answers)),
			     slow_order("<=", x, slow_number(json_array_get(args, 2), answers)));
	return slow_order(op, x, slow_number(second, answers));
}
