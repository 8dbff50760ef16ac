/*
 * Every state of a program against every step of a consumer and a till, held against the
 * table in services/program/README.md: the test reads that table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "support/svc_test_internal.h"

TEST_DATABASE
TestSuite(lifecycle, .init = world_start, .fini = world_stop, .timeout = 240);
TestSuite(recall, .init = world_start_serving, .fini = world_stop, .timeout = 120);

enum { START, ANSWER, COMPLETE, ISSUE, VALIDATE, RESERVE, REDEEM, ROLL_BACK, STEPS };

static const char *const steps[STEPS] = {"start",    "answer",	"complete", "issue",
					 "validate", "reserve", "redeem",   "roll back"};

/* Everything that a step needs, made while the program was running. */
struct stage {
	struct a_program program;
	struct visitor started, answered, completed;
	const char *to_validate, *to_reserve, *to_redeem, *redeemed;
};

static struct stage prepared(int first)
{
	struct stage s = {.program = a_program()};

	if (first == START) {
		s.started = a_visitor(&s.program);
		s.answered = a_visitor(&s.program);
		put(&s.answered, GOOD_ANSWERS);
		s.completed = an_eligible_visitor(&s.program);
	}
	s.to_validate = a_code(&s.program);
	s.to_reserve = a_code(&s.program);
	s.to_redeem = a_code(&s.program);
	s.redeemed = a_code(&s.program);
	expect_ok(try_redeem(corner(), s.redeemed, "tx-before"));
	return s;
}

static struct answer take_step(const struct stage *s, int step)
{
	switch (step) {
	case START: return try_start(s->program.public_id, "en-US");
	case ANSWER: return try_put(s->started.who, s->started.id, GOOD_ANSWERS);
	case COMPLETE: return try_complete(s->answered.who, s->answered.id);
	case ISSUE: return try_issue(s->completed.who, s->completed.id, "issue", "");
	case VALIDATE: return try_validate(corner(), s->to_validate);
	case RESERVE: return try_reserve(corner(), s->to_reserve, "tx-1");
	case REDEEM: return try_redeem(corner(), s->to_redeem, "tx-1");
	default: return try_roll_back(corner(), s->redeemed, "tx-before");
	}
}

static const char *day_from_today(int days)
{
	char *text = arena_alloc(test_world.arena, DATE_TEXT);

	date_format(text, date_of_instant(instant_now()) + days);
	return text;
}

static void not_begun(const struct a_program *program)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;

	changed.starts_on = day_from_today(2);
	change_program(program, "starts_on", &changed);
}

static void running(const struct a_program *program)
{
	(void)program;
}

static void past_its_last_day(const struct a_program *program)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;

	changed.ends_on = day_from_today(-2);
	change_program(program, "ends_on", &changed);
}

static void deleted(const struct a_program *program)
{
	pause_program(program);
	delete_program(program);
}

static void recalled(const struct a_program *program)
{
	Consumer__RecallCodesRequest recall = CONSUMER__RECALL_CODES_REQUEST__INIT;

	recall.program_id = program->id;
	recall.reason = "contaminated batch";
	expect_ok(ask(staff(), "RecallCodes", &recall));
}

static const struct {
	const char *name; /* as the table's first column says it */
	void (*bring_about)(const struct a_program *program);
} states[] = {
	{"has not begun", not_begun}, {"is running", running},
	{"is paused", pause_program}, {"is past its last day", past_its_last_day},
	{"was ended", end_program},   {"is deleted", deleted},
	{"is recalled", recalled},
};
#define STATES (sizeof states / sizeof *states)

/* The cells of a table's line, trimmed; how many. */
static size_t read_cells(char *line, char *cells[STEPS + 1])
{
	size_t n = 0;
	char *rest = NULL;

	for (char *cell = strtok_r(line, "|\n", &rest); cell && n <= STEPS;
	     cell = strtok_r(NULL, "|\n", &rest)) {
		while (*cell == ' ')
			cell++;
		for (char *end = cell + strlen(cell); end > cell && end[-1] == ' ';)
			*--end = '\0';
		cells[n++] = cell;
	}
	return n;
}

static FILE *open_table(void)
{
	FILE *in = fopen(arena_printf(test_world.arena, "%s/services/program/README.md",
				      getenv("AEGIS_SOURCE")),
			 "r");
	char line[1024], *cells[STEPS + 1];

	cr_assert(in);
	while (fgets(line, sizeof line, in))
		if (strncmp(line, "| the program |", 15) == 0) {
			cr_assert_eq(read_cells(line, cells), STEPS + 1);
			for (int i = 0; i < STEPS; i++)
				cr_assert_str_eq(cells[i + 1], steps[i]);
			cr_assert(fgets(line, sizeof line, in), "the line under the head");
			return in;
		}
	cr_assert_fail("services/program/README.md has no table of what is possible when");
	return NULL;
}

static void set_rule(const struct a_program *program, const char *field)
{
	Program__Program changed = PROGRAM__PROGRAM__INIT;

	changed.redeem_when_paused = changed.redeem_after_end = true;
	change_program(program, field, &changed);
}

static bool is_allowed(const char *cell, const char *rule)
{
	if (strncmp(cell, "if ", 3) == 0)
		return rule && strcmp(cell + 3, rule) == 0;
	cr_assert(strcmp(cell, "yes") == 0 || strcmp(cell, "no") == 0, "a cell says '%s'", cell);
	return strcmp(cell, "yes") == 0;
}

static void walk_row(char *cells[STEPS + 1], void (*bring_about)(const struct a_program *),
		     const char *rule, const char *field)
{
	/* The rules are about codes that are out. */
	int first = rule ? VALIDATE : START;
	struct stage s = prepared(first);

	if (rule)
		set_rule(&s.program, field);
	bring_about(&s.program);
	tell_consumer(&s.program);
	for (int step = first; step < STEPS; step++) {
		struct answer answer = take_step(&s, step);
		bool allowed = is_allowed(cells[step + 1], rule);

		cr_expect_eq(is_ok(answer.status), allowed, "a program that %s (%s): %s is %s",
			     cells[0], rule ? rule : "no rule", steps[step],
			     is_ok(answer.status) ? "possible" : reason_name(answer.status.reason));
		if (!allowed && is_failed(answer.status))
			cr_expect(answer.status.code == STATUS_FAILED_PRECONDITION ||
					  answer.status.code == STATUS_NOT_FOUND,
				  "%s", reason_name(answer.status.reason));
	}
}

/* With no rule, and with each of both. */
static void walk_with(const char *rule, const char *field)
{
	FILE *in = open_table();
	char line[1024], *cells[STEPS + 1];
	size_t rows = 0;

	while (fgets(line, sizeof line, in) && line[0] == '|') {
		size_t state = 0;

		cr_assert_eq(read_cells(line, cells), STEPS + 1);
		while (state < STATES && strcmp(states[state].name, cells[0]) != 0)
			state++;
		cr_assert(state < STATES, "the test knows no program that %s", cells[0]);
		walk_row(cells, states[state].bring_about, rule, field);
		rows++;
	}
	fclose(in);
	cr_assert_eq(rows, STATES);
}

Test(lifecycle, every_step_is_possible_when_the_table_says_so)
{
	walk_with(NULL, NULL);
}

Test(lifecycle, every_step_is_possible_when_the_table_says_so_where_paused_programs_redeem)
{
	walk_with("redeemWhenPaused", "redeem_when_paused");
}

Test(lifecycle, every_step_is_possible_when_the_table_says_so_where_codes_outlive_programs)
{
	walk_with("redeemAfterEnd", "redeem_after_end");
}

Test(recall, a_recalled_program_is_not_activated_again)
{
	struct a_program program = a_program(), other_one = a_program();

	pause_program(&program);
	pause_program(&other_one);
	recalled(&program);
	expect_fail(try_activate(&program), FAILED_PRECONDITION, "PROGRAM_RECALLED");
	expect_ok(try_activate(&other_one));
}

Test(recall, a_program_with_a_newer_version_than_the_recalled_one_is_activated)
{
	Consumer__RecallCodesRequest recall = CONSUMER__RECALL_CODES_REQUEST__INIT;
	struct a_program program = a_program();

	recall.program_id = program.id;
	recall.screener_version = 1;
	recall.reason = "a rule was wrong";
	expect_ok(ask(staff(), "RecallCodes", &recall));
	pause_program(&program);
	expect_fail(try_activate(&program), FAILED_PRECONDITION, "PROGRAM_RECALLED");
	publish_again(&program);
	expect_ok(try_activate(&program));
}

Test(lifecycle, a_program_is_activated_although_consumer_cannot_be_asked)
{
	struct a_program program = a_program();

	pause_program(&program);
	expect_ok(try_activate(&program));
}
