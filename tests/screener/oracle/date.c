/* Operators on dates. */
#include <string.h>

#include "world.h"

static struct value add(struct world *w, json_t *args)
{
	struct value date = rule_value(w, argument(args, 0));
	struct value n = rule_value(w, argument(args, 1));
	int64_t day;

	if (!date.known || !n.known)
		return date.known ? n : date;
	if (!day_add(date.number.num, n.number.num, json_string_value(argument(args, 2))[0], &day))
		return failed();
	return date_of(day);
}

static struct value difference(struct value from, struct value to, char unit)
{
	if (!from.known || !to.known)
		return from.known ? to : from;
	return integer_of(day_difference(from.number.num, to.number.num, unit));
}

static struct value part_of(const char *op, struct value date)
{
	struct day d;

	if (!date.known)
		return date;
	d = day_of(date.number.num);
	return integer_of(*op == 'y' ? d.year : *op == 'm' ? d.month : d.day);
}

bool date_operator(struct world *w, const char *op, json_t *args, struct value *out)
{
	json_t *second = argument(args, 1);

	if (strcmp(op, "today") == 0)
		*out = date_of(w->today);
	else if (strcmp(op, "date_add") == 0)
		*out = add(w, args);
	else if (strcmp(op, "date_diff") == 0)
		*out = difference(rule_value(w, argument(args, 0)), rule_value(w, second),
				  json_string_value(argument(args, 2))[0]);
	else if (strcmp(op, "age_at") == 0)
		*out = difference(rule_value(w, argument(args, 0)),
				  second ? rule_value(w, second) : date_of(w->today), 'Y');
	else if (strcmp(op, "year") == 0 || strcmp(op, "month") == 0 || strcmp(op, "day") == 0)
		*out = part_of(op, rule_value(w, argument(args, 0)));
	else
		return false;
	return true;
}
