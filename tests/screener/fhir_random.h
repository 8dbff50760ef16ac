#pragma once

/* Random questionnaires, screeners and answers for the property tests of the FHIR bridge. */
#include "random_json.h"

#include <stdbool.h>

enum asked {
	ASKED_BOOLEAN,
	ASKED_INTEGER,
	ASKED_DECIMAL,
	ASKED_STRING,
	ASKED_DATE,
	ASKED_CHOICE,
	ASKED_MULTI,
	ASKED_QUANTITY,
	ASKED_OPEN,
	N_ASKED
};

struct random_question {
	char link[16];
	enum asked type;
	int rows; /* index of the group around, -1 outside */
	bool group, repeats;
	bool hidden; /* itself or something around it */
};

#define RANDOM_MAX 40

struct random_form {
	struct dice *dice;
	json_t *json; /* the questionnaire, or the screener */
	struct random_question questions[RANDOM_MAX];
	size_t n;
	bool lossy;	/* has a condition that a screener cannot express */
	json_t *honest; /* the questionnaire without the conditions of such items */
};

/* The few values that are drawn from, three of each. */
extern const char *const random_codes[], *const random_dates[], *const random_texts[];
/* 1 to 6, or with a half. */
json_t *random_number(struct dice *dice, bool halves);
/* Puts value[x] of a random answer of the type into out; for a condition, answer[x]. */
void random_answer(struct dice *dice, enum asked type, bool condition, json_t *out);
/* A new question with a link that starts with letter. */
struct random_question *random_declare(struct random_form *form, const char *letter, int rows);

/* A questionnaire with every form of condition; with bad, some that cannot be expressed. */
struct random_form random_questionnaire(struct dice *dice, bool bad);
/* A screener with every form of show_if that enableWhen can say, and some it cannot. */
struct random_form random_screener(struct dice *dice);
void random_form_free(struct random_form *form);

/* Answers to some of the questions, as a FHIR client has them and as the engine wants them. */
void random_answers(struct dice *dice, const struct random_form *form, json_t **client,
		    json_t **engine);
