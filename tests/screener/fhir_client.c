/* Conditions of a questionnaire as the standard words them. */
#include "fhir_client.h"

#include <string.h>

#define MAX_CHAIN 64

struct client {
	const json_t *questionnaire, *answers;
	size_t row;
};

/* The items from the top down to the one of this linkId. */
static size_t chain_to(const json_t *parent, const char *link, const json_t *chain[], size_t depth)
{
	const json_t *list = json_object_get(parent, "item");

	for (size_t i = 0; i < json_array_size(list) && depth < MAX_CHAIN; i++) {
		const json_t *item = json_array_get(list, i);
		size_t n;

		chain[depth] = item;
		if (strcmp(json_string_value(json_object_get(item, "linkId")), link) == 0)
			return depth + 1;
		n = chain_to(item, link, chain, depth + 1);
		if (n)
			return n;
	}
	return 0;
}

static bool is_hidden(const json_t *item)
{
	const json_t *list = json_object_get(item, "extension");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *extension = json_array_get(list, i);

		if (strstr(json_string_value(json_object_get(extension, "url")),
			   "questionnaire-hidden"))
			return json_is_true(json_object_get(extension, "valueBoolean"));
	}
	return false;
}

static const char *link_of(const json_t *item)
{
	return json_string_value(json_object_get(item, "linkId"));
}

static bool is_rows(const json_t *item)
{
	return strcmp(json_string_value(json_object_get(item, "type")), "group") == 0 &&
	       json_is_true(json_object_get(item, "repeats"));
}

static bool enabled(const struct client *client, const char *link);

/* Those of an item that is not enabled do not count. */
static const json_t *answers_to(const struct client *client, const char *link)
{
	const json_t *chain[MAX_CHAIN], *holder = client->answers;
	size_t n = chain_to(client->questionnaire, link, chain, 0);
	bool hidden = false;

	if (!n || !enabled(client, link))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		hidden |= is_hidden(chain[i]);
		if (is_rows(chain[i]))
			holder = json_array_get(json_object_get(holder, link_of(chain[i])),
						client->row);
	}
	return hidden ? json_object_get(chain[n - 1], "initial") : json_object_get(holder, link);
}

static double kilograms(const json_t *quantity)
{
	static const struct {
		const char *code;
		double kg;
	} units[] = {{"kg", 1}, {"[lb_av]", 0.45359237}, {"g", 0.001}};
	const char *code = json_string_value(json_object_get(quantity, "code"));

	for (size_t i = 0; i < 3; i++)
		if (strcmp(units[i].code, code) == 0)
			return json_number_value(json_object_get(quantity, "value")) * units[i].kg;
	return 0;
}

static const json_t *member(const json_t *element, const char *prefix, const char **type)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)element, key, value)
		if (strncmp(key, prefix, strlen(prefix)) == 0) {
			*type = key + strlen(prefix);
			return value;
		}
	return NULL;
}

static int order_of(double a, double b)
{
	return (a > b) - (a < b);
}

/* -1, 0, 1; 2 where there is no order but unequal. */
static int compare(const json_t *answer, const json_t *condition)
{
	const char *type = "", *wanted = "";
	const json_t *a = member(answer, "value", &type), *b = member(condition, "answer", &wanted);

	if (json_is_number(a) && json_is_number(b))
		return order_of(json_number_value(a), json_number_value(b));
	if (strcmp(type, wanted) != 0)
		return 2;
	if (strcmp(type, "Quantity") == 0)
		return order_of(kilograms(a), kilograms(b));
	if (strcmp(type, "Coding") == 0)
		return json_equal(json_object_get(a, "code"), json_object_get(b, "code")) ? 0 : 2;
	if (strcmp(type, "Date") == 0)
		return order_of((double)strcmp(json_string_value(a), json_string_value(b)), 0);
	return json_equal(a, b) ? 0 : 2;
}

static bool holds_for(const char *op, int order)
{
	if (order == 2)
		return false;
	if (strcmp(op, "<") == 0)
		return order < 0;
	if (strcmp(op, ">") == 0)
		return order > 0;
	if (strcmp(op, "<=") == 0)
		return order <= 0;
	return strcmp(op, ">=") == 0 ? order >= 0 : order == 0;
}

/* "At least one answer is ..."; of "!=": "no answer is equal". */
static bool condition_holds(const struct client *client, const json_t *condition)
{
	const char *op = json_string_value(json_object_get(condition, "operator"));
	const json_t *answers =
		answers_to(client, json_string_value(json_object_get(condition, "question")));
	bool some = false;

	if (strcmp(op, "exists") == 0)
		return (json_array_size(answers) > 0) ==
		       json_is_true(json_object_get(condition, "answerBoolean"));
	for (size_t i = 0; i < json_array_size(answers); i++)
		some |= holds_for(op, compare(json_array_get(answers, i), condition));
	return strcmp(op, "!=") == 0 ? !some : some;
}

static bool conditions_hold(const struct client *client, const json_t *item)
{
	const json_t *list = json_object_get(item, "enableWhen");
	const char *behaviour = json_string_value(json_object_get(item, "enableBehavior"));
	size_t n = json_array_size(list), holding = 0;

	for (size_t i = 0; i < n; i++)
		holding += condition_holds(client, json_array_get(list, i));
	if (!n)
		return true;
	return behaviour && strcmp(behaviour, "any") == 0 ? holding > 0 : holding == n;
}

static bool enabled(const struct client *client, const char *link)
{
	const json_t *chain[MAX_CHAIN];
	size_t n = chain_to(client->questionnaire, link, chain, 0);

	for (size_t i = 0; i < n; i++)
		if (!conditions_hold(client, chain[i]))
			return false;
	return n > 0;
}

bool client_enables(const json_t *questionnaire, const json_t *answers, const char *link,
		    size_t row)
{
	return enabled(&(struct client){questionnaire, answers, row}, link);
}

bool client_shows(const json_t *questionnaire, const json_t *answers, const char *link, size_t row)
{
	const json_t *chain[MAX_CHAIN];
	size_t n = chain_to(questionnaire, link, chain, 0);

	for (size_t i = 0; i < n; i++)
		if (is_hidden(chain[i]))
			return false;
	return client_enables(questionnaire, answers, link, row);
}
