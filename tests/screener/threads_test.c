/*
 * One program, one set of answers, which each thread also reads itself, eight threads: all say the
 * same.  Run under TSan too.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit.h"

#define THREADS 8
#define ROUNDS	2000

static const char document[] =
	"{'format':'screener/1','slug':'threads','locales':['en'],'items':["
	"{'id':'age','type':'integer','required':true,'safety':true},"
	"{'id':'sex','type':'choice','options':[{'code':'F'},{'code':'M'}]},"
	"{'id':'pregnant','type':'boolean','show_if':{'==':[{'var':'sex'},'F']},'when_hidden':"
	"false},"
	"{'id':'med','type':'open_choice','options':[{'code':'none'},{'code':'warfarin'}]},"
	"{'id':'kids','type':'group','repeats':true,'items':[{'id':'kid_age','type':'integer'},"
	"{'id':'kid_ill','type':'boolean','show_if':{'<':[{'var':'kid_age'},6]},'when_hidden':"
	"false}]}],"
	"'derived':[{'id':'third','type':'decimal','rule':{'/':[{'var':'age'},3]}}],"
	"'scores':[{'id':'s','method':'sum','items':['age'],'missing':'unknown',"
	"'bands':[[0,120,'any']]}],"
	"'outcomes':[{'id':'no','severity':2},"
	"{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'P1D'}}],"
	"'hit_policy':'most_severe','rules':[{'id':'R1','if':{'var':'pregnant'},'then':'no'},"
	"{'id':'R2','if':{'some':['kids',{'var':'kid_ill'}]},'then':'no'},"
	"{'id':'R3','if':{'<':[{'var':'third'},6]},'then':'no'},"
	"{'id':'R9','else':true,'then':'ok'}],'on_unknown':'no'}";

static const char answers_text[] = "{'age':50,'sex':'M','pregnant':true,'med':{'other':' NONE "
				   "'},'kids':[{'kid_age':3,'kid_ill':false},{'kid_age':9}]}";

struct job {
	const struct screener *screener;
	const struct screener_answers *answers;
	struct str json; /* of the answers */
	const char *expected;
	int failures;
};

static void *run(void *argument)
{
	struct job *job = argument;
	struct arena *arena = arena_new(1 << 20);

	for (int i = 0; i < ROUNDS; i++) {
		const struct screener_answers *answers = job->answers;
		struct screener_answers *own;
		struct screener_result result;
		struct strbuf trace;

		arena_reset(arena, false);
		if (i % 2 && is_ok(screener_answers_parse(job->screener, arena, job->json,
							  kit_today(), &own)))
			answers = own;
		screener_eval(job->screener, answers, arena, SCREENER_FULL, &result);
		trace = strbuf_new(arena);
		screener_trace_json(&result, &trace);
		if (strcmp(trace.ptr, job->expected) != 0)
			job->failures++;
	}
	arena_free(&arena);
	return NULL;
}

int main(void)
{
	struct kit kit = kit_compile(document);
	struct screener_answers *answers;
	struct job jobs[THREADS];
	pthread_t threads[THREADS];
	struct str json;
	int failures = 0;

	if (!kit.screener || strcmp(kit_eval(&kit, answers_text), "ok") != 0) {
		fprintf(stderr, "%s", kit_findings(&kit));
		return 1;
	}
	json = str_of(kit_json(kit.arena, answers_text));
	if (is_failed(screener_answers_parse(kit.screener, kit.arena, json, kit_today(), &answers)))
		return 1;
	for (int i = 0; i < THREADS; i++) {
		jobs[i] = (struct job){kit.screener, answers, json, kit_trace(&kit), 0};
		if (pthread_create(&threads[i], NULL, run, &jobs[i]) != 0)
			return 1;
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		failures += jobs[i].failures;
	}
	printf("%d threads, %d evaluations each, %d differ\n", THREADS, ROUNDS, failures);
	kit_free(&kit);
	return failures != 0;
}
