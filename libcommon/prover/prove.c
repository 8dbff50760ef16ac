/*
 * The goals one by one.  A goal that no model reaches is reached by no answers.  A
 * model is tried in the engine; where it fails there, one is asked for that leaves
 * nothing free, and last the exact products and quotients are added.
 */
#include "prover/part.h"
#include "screener/gate/part.h"

/* Of one question to the solver, whatever is left for all. */
#define MOST_STEPS 2000000
/*
 * Z3 counts its own steps only while it searches.  What else takes time is charged here, in steps
 * of about the same length, so that the steps always end before any clock does.
 */
#define STEPS_A_TERM 1 /* building it */
/* The second solver works on polynomials: few steps, long ones. */
#define STEPS_AN_EXACT_ONE 16
/* With more than this the solver that knows more algebra than it counts is not asked. */
#define FEW_PRODUCTS	    32
#define FEW_FACTS	    1000
#define STEPS_TO_ASK	    1500 /* a table of thousands of rows is as many questions */
#define FACTS_A_STEP	    16	 /* looked through with each question */
#define STEPS_AN_EVALUATION 40	 /* of a small document (gate_weight), to replay a model */

struct solver {
	Z3_solver z3;
	uint32_t n_facts; /* asserted so far */
	bool exact;	  /* with products and quotients */
	bool counts;	  /* steps of arithmetic, too; but knows little of algebra */
};

struct prover {
	const struct screener_prove *job;
	struct encoder e;
	struct arena *arena; /* the caller's */
	struct screener_proof *proofs;
	struct solver plain, exact;
	struct terms nice; /* assumptions that make a model one of real answers */
	uint64_t spent;
	uint32_t n_charged; /* of the terms */
	uint32_t weight;    /* of one evaluation */
	bool is_short;	    /* a goal stays open for want of steps */
	bool encoded;
};

/*
 * Z3's first simplex counts its steps; its successor does not, and goes on for minutes with few of
 * them.  The first one is only endless where it propagates bounds, so that is off.
 */
static void set_limit(struct prover *v, struct solver *s, uint32_t steps)
{
	Z3_context z3 = v->e.l.z3;
	Z3_params params = Z3_mk_params(z3);

	Z3_params_inc_ref(z3, params);
	Z3_params_set_uint(z3, params, Z3_mk_string_symbol(z3, "rlimit"), steps);
	if (s->counts) {
		Z3_params_set_uint(z3, params, Z3_mk_string_symbol(z3, "arith.solver"), 2);
		Z3_params_set_uint(z3, params, Z3_mk_string_symbol(z3, "arith.propagation_mode"),
				   0);
	}
	Z3_solver_set_params(z3, s->z3, params);
	Z3_params_dec_ref(z3, params);
}

static struct solver solver_new(struct prover *v, bool exact)
{
	const struct logic *l = &v->e.l;
	bool small = l->exact.n <= FEW_PRODUCTS && l->facts.n <= FEW_FACTS;
	struct solver s = {.exact = exact, .counts = !exact || !small};

	s.z3 = exact ? Z3_mk_solver(v->e.l.z3) : Z3_mk_simple_solver(v->e.l.z3);
	if (s.z3) {
		Z3_solver_inc_ref(v->e.l.z3, s.z3);
		set_limit(v, &s, MOST_STEPS);
	}
	return s;
}

static void say_facts(struct prover *v, struct solver *s)
{
	struct logic *l = &v->e.l;

	settle_texts(&v->e);
	for (; s->n_facts < l->facts.n; s->n_facts++)
		Z3_solver_assert(l->z3, s->z3, l->facts.list[s->n_facts]);
}

static void say_exact(struct prover *v, struct solver *s)
{
	for (uint32_t i = 0; i < v->e.l.exact.n; i++)
		Z3_solver_assert(v->e.l.z3, s->z3, v->e.l.exact.list[i]);
}

/* Steps are counted by Z3 for the whole context. */
static uint64_t steps_so_far(struct prover *v, struct solver *s)
{
	Z3_context z3 = v->e.l.z3;
	Z3_stats stats = Z3_solver_get_statistics(z3, s->z3);
	uint64_t steps = 0;

	Z3_stats_inc_ref(z3, stats);
	for (unsigned i = 0; i < Z3_stats_size(z3, stats); i++)
		if (strcmp(Z3_stats_get_key(z3, stats, i), "rlimit count") == 0)
			steps = Z3_stats_get_uint_value(z3, stats, i);
	Z3_stats_dec_ref(z3, stats);
	return steps;
}

static void charge_terms(struct prover *v)
{
	v->spent += (uint64_t)(v->e.l.n_terms - v->n_charged) * STEPS_A_TERM;
	v->n_charged = v->e.l.n_terms;
}

static uint64_t steps_left(const struct prover *v)
{
	return v->job->steps > v->spent ? v->job->steps - v->spent : 0;
}

static uint32_t allowance(const struct prover *v, size_t goals_left)
{
	uint64_t share = steps_left(v) / (goals_left < 4 ? goals_left + 1 : 4);

	return (uint32_t)(share > MOST_STEPS ? MOST_STEPS : share);
}

static Z3_lbool ask(struct prover *v, struct solver *s, const struct terms *assumed, uint32_t steps)
{
	Z3_context z3 = v->e.l.z3;
	uint32_t length = s->exact ? STEPS_AN_EXACT_ONE : 1;
	uint64_t before, used;
	Z3_lbool answer;

	say_facts(v, s);
	charge_terms(v);
	steps = steps < steps_left(v) ? steps : (uint32_t)steps_left(v);
	steps /= length;
	if (!s->z3 || !steps || logic_is_full(&v->e.l)) {
		v->is_short = true;
		return Z3_L_UNDEF;
	}
	before = steps_so_far(v, s);
	set_limit(v, s, steps);
	answer = Z3_solver_check_assumptions(z3, s->z3, assumed->n, assumed->list);
	if (Z3_get_error_code(z3) != Z3_OK)
		answer = Z3_L_UNDEF;
	used = steps_so_far(v, s) - before;
	v->is_short |= answer == Z3_L_UNDEF && used >= steps;
	v->spent += used * length + STEPS_TO_ASK + s->n_facts / FACTS_A_STEP;
	return answer;
}

/* Do these answers reach the goal?  Then as few of them as will do. */
static bool take_found(struct prover *v, const struct screener_goal *goal, const char *answers,
		       date_days as_of, struct screener_proof *out)
{
	uint32_t n = 0;
	const char *fewest = screener_fewest_answers(v->job->screener, goal, str_of(answers), as_of,
						     v->arena, &n);

	v->spent += (uint64_t)n * v->weight * STEPS_AN_EVALUATION;
	if (!fewest)
		return false;
	*out = (struct screener_proof){.answer = SCREENER_FOUND, .answers = fewest, .as_of = as_of};
	return true;
}

static bool take_model(struct prover *v, struct solver *s, const struct screener_goal *goal,
		       struct screener_proof *out)
{
	Z3_context z3 = v->e.l.z3;
	Z3_model model = Z3_solver_get_model(z3, s->z3);
	const char *answers;
	date_days as_of;
	bool found;

	if (!model)
		return false;
	Z3_model_inc_ref(z3, model);
	answers = model_answers(&v->e, model, v->e.arena);
	found = answers && model_date(&v->e, model, &v->e.today, &as_of) &&
		take_found(v, goal, answers, as_of, out);
	Z3_model_dec_ref(z3, model);
	return found;
}

/* The preferred day, no answer invalid, nothing free, and decimals of a few places. */
static void list_nice(struct prover *v)
{
	struct encoder *e = &v->e;
	struct sym day = date_constant(e, v->job->today);
	struct logic *l = &e->l;

	for (uint32_t i = 0; i < l->free.n; i++)
		terms_add(l, &v->nice, l_not(l, l->free.list[i]));
	terms_add(l, &v->nice, date_compare(e, &e->today, &day, COMPARE_EQ));
	nice_decimals(e, &v->nice);
}

static enum screener_answer settle_with(struct prover *v, struct solver *s, term goal_is,
					const struct screener_goal *goal, uint32_t steps,
					struct screener_proof *out)
{
	struct terms assumed = {};
	Z3_lbool answer;

	terms_add(&v->e.l, &assumed, goal_is);
	answer = ask(v, s, &assumed, steps);
	if (answer == Z3_L_FALSE)
		return SCREENER_NONE;
	if (answer == Z3_L_TRUE && take_model(v, s, goal, out))
		return SCREENER_FOUND;
	for (uint32_t i = 0; i < v->nice.n; i++)
		terms_add(&v->e.l, &assumed, v->nice.list[i]);
	if (ask(v, s, &assumed, steps) == Z3_L_TRUE && take_model(v, s, goal, out))
		return SCREENER_FOUND;
	return SCREENER_OPEN;
}

static enum screener_answer settle(struct prover *v, const struct screener_goal *goal, term is,
				   uint32_t steps, struct screener_proof *out)
{
	enum screener_answer answer;

	if (is == v->e.l.no)
		return SCREENER_NONE;
	answer = settle_with(v, &v->plain, is, goal, steps, out);
	if (answer != SCREENER_OPEN || !v->e.l.exact.n)
		return answer;
	if (!v->exact.z3) {
		v->exact = solver_new(v, true);
		say_exact(v, &v->exact);
	}
	return settle_with(v, &v->exact, is, goal, steps, out);
}

/* Never hidden, or counted as something when it is: then unanswered holds a code back. */
static bool cannot_be_blind(const struct screener *p, uint32_t index)
{
	const struct item *item = &p->items[index];
	const struct item *group = item->row_group < 0 ? NULL : &p->items[item->row_group];

	if (item->conditional && !item->has_hidden)
		return false;
	return !group || !group->conditional || group->has_hidden;
}

static void prove_one(struct prover *v, size_t i)
{
	const struct screener_goal *goal = &v->job->goals[i];
	struct screener_proof proof = {};
	uint32_t steps = allowance(v, v->job->n_goals - i);

	if (goal->kind == SCREENER_GOAL_BLIND && cannot_be_blind(v->job->screener, goal->index)) {
		proof.answer = SCREENER_NONE;
	} else if (v->encoded) {
		term is = goal_term(&v->e, goal);

		if (!logic_is_full(&v->e.l))
			proof.answer = settle(v, goal, is, steps, &proof);
		if (proof.answer == SCREENER_NONE && goal->kind == SCREENER_GOAL_LEADING)
			proof.never_true = settle(v, goal, v->e.rules[goal->index].t, steps,
						  &(struct screener_proof){}) == SCREENER_NONE;
	}
	v->proofs[i] = proof;
	if (v->job->done)
		v->job->done(v->job->arg, i, &proof);
}

static struct screener_effort effort_of(const struct prover *v)
{
	return (struct screener_effort){
		v->is_short || !v->encoded ? SCREENER_SPENT : SCREENER_FINISHED, v->spent};
}

struct screener_effort screener_prove(const struct screener_prove *job, struct arena *arena,
				      struct screener_proof *proofs)
{
	struct prover v = {
		.job = job, .arena = arena, .proofs = proofs, .weight = gate_weight(job->screener)};
	struct arena *scratch = arena_new(SIZE_MAX);

	v.encoded = encode(&v.e, job->screener, scratch);
	if (v.e.l.z3)
		v.plain = solver_new(&v, false);
	if (v.encoded)
		list_nice(&v);
	for (size_t i = 0; i < job->n_goals; i++)
		prove_one(&v, i);
	if (v.plain.z3)
		Z3_solver_dec_ref(v.e.l.z3, v.plain.z3);
	if (v.exact.z3)
		Z3_solver_dec_ref(v.e.l.z3, v.exact.z3);
	if (v.e.l.z3)
		logic_close(&v.e.l);
	arena_free(&scratch);
	return effort_of(&v);
}

static struct screener_effort prove_here(void *arg, const struct screener *screener,
					 const struct screener_goal *goals, size_t n_goals,
					 date_days today, struct arena *arena,
					 struct screener_proof *proofs)
{
	(void)arg;
	return screener_prove(&(struct screener_prove){.screener = screener,
						       .goals = goals,
						       .n_goals = n_goals,
						       .today = today,
						       .steps = PROVER_STEPS},
			      arena, proofs);
}

const struct screener_prover prover_in_process = {.prove = prove_here};
