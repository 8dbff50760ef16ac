/* The order of the rows of a reference table. */
#include "screener/program/program.h"

static int compare_value(const struct value *a, const struct value *b, enum type_kind kind)
{
	return kind == TYPE_TEXT ? str_compare(a->text, b->text)
				 : number_compare(a->number, b->number);
}

int table_keys_compare(const struct table *table, const struct value *a, const struct value *b,
		       uint32_t n)
{
	int order = 0;

	for (uint32_t i = 0; i < n && !order; i++)
		order = compare_value(&a[i], &b[i], table->key_types[i].kind);
	return order;
}
