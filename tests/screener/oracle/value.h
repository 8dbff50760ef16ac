#pragma once

/* Values of the oracle. */
#include "fraction.h"

enum kleene { IS_FALSE, IS_TRUE, IS_UNKNOWN };

enum kind { KIND_NUMBER, KIND_BOOLEAN, KIND_DATE, KIND_TEXT, KIND_SET };

/* Unknown unless known; failed is an unknown with a cause. Texts and sets are borrowed. */
struct value {
	enum kind kind;
	bool known, failed;
	bool is_no_option;	/* a text: the free text of an open choice */
	struct fraction number; /* of numbers, booleans (0, 1) and dates (days) */
	const char *text;
	json_t *set; /* array of codes */
};

struct value unknown(void);
struct value failed(void);
struct value boolean_of(bool b);
struct value number_of(struct fraction n);
struct value integer_of(int64_t n);
struct value date_of(int64_t days);
struct value text_value(const char *text);
struct value truth_of(enum kleene truth, bool is_failed);
enum kleene kleene_of(struct value v);
bool same_text(struct value a, struct value b);
bool set_has(json_t *set, const char *code);
