#pragma once

/*
 * The values of the compat profile: JavaScript's, over JSON held by jansson.
 * Arrays made by operators live in the arena; those of the input stay where
 * they are.  Private to compat*.c.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum js_kind { JS_UNDEFINED, JS_NULL, JS_BOOL, JS_NUMBER, JS_STRING, JS_ARRAY, JS_OBJECT };

struct js {
	enum js_kind kind;
	union {
		bool boolean;
		double number;
		struct str text;
		struct {
			const struct js *items; /* an array's; its address is its identity */
			size_t n;
		};
		struct {
			const json_t *object;	/* an object of the input, or NULL for ... */
			const struct js *scope; /* ... reduce's {current, accumulator} */
		};
	};
};

static inline struct js js_null(void)
{
	return (struct js){.kind = JS_NULL};
}

static inline struct js js_bool(bool b)
{
	return (struct js){.kind = JS_BOOL, .boolean = b};
}

static inline struct js js_number(double n)
{
	return (struct js){.kind = JS_NUMBER, .number = n};
}

static inline struct js js_text(struct str s)
{
	return (struct js){.kind = JS_STRING, .text = s};
}

/* What the conversions cost and allocate is counted here. */
struct js_budget {
	struct arena *arena;
	size_t left; /* operations; 0 once spent */
	bool spent;
};

/* Takes n operations; text costs one per 16 bytes that are read or copied. */
bool js_spend(struct js_budget *budget, size_t n);

/* A JSON value as it is; arrays are converted one level deep, each element when met. */
struct js js_of_json(struct js_budget *budget, const json_t *json);
/* A new reference. */
json_t *js_to_json(struct js_budget *budget, struct js value, int depth);

/* JSON Logic's truth: as JavaScript's, but an empty array is false. */
bool js_is_true(struct js value);
bool js_strict_equals(struct js_budget *budget, struct js a, struct js b);
bool js_loose_equals(struct js_budget *budget, struct js a, struct js b);
/* a < b by ECMA-262 IsLessThan: false with NaN; or_equal for <=. */
bool js_is_less(struct js_budget *budget, struct js a, struct js b, bool or_equal);
double js_to_number(struct js_budget *budget, struct js value);
double js_parse_float(struct js_budget *budget, struct js value);
struct str js_to_text(struct js_budget *budget, struct js value);
/* Member or index of a value; false when it has none. */
bool js_member(struct js_budget *budget, struct js value, struct str name, struct js *out);
/* UTF-16 code units of UTF-8. */
size_t js_text_length(struct str text);
/* Units from..from+n; halves of a pair become U+FFFD. */
struct str js_text_slice(struct js_budget *budget, struct str text, size_t from, size_t n);
