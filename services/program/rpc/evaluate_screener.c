#include "program/program.h"
#include "zone/zone.h"

static void fill(struct rpc_call *call, const struct screener_result *result,
		 Program__EvaluateScreenerResponse *resp)
{
	struct strbuf trace = strbuf_new(call->arena);

	screener_trace_json(result, &trace);
	resp->outcome = arena_strdup(call->arena, result->outcome->id);
	resp->may_issue_code = result->decided && result->outcome->issues_code;
	resp->reasons = arena_array_of(call->arena, const char *, result->n_reasons);
	for (size_t i = 0; i < result->n_reasons; i++)
		resp->reasons[resp->n_reasons++] = arena_strdup(call->arena, result->reasons[i]);
	resp->trace = (ProtobufCBinaryData){.len = trace.len, .data = (uint8_t *)trace.ptr};
}

/* The day that is asked for, else today in the program's time zone. */
static struct status day_of(struct rpc_call *call, const Program__EvaluateScreenerRequest *req,
			    date_days *out)
{
	const date_days *as_of = pb_date_opt(call->arena, req->as_of);
	struct q_program_row *program;

	if (as_of) {
		*out = *as_of;
		return OK;
	}
	TRY(q_program_by_id(call->tx, pb_uuid(req->program_id), &program));
	if (!program)
		return FAIL(SCREENER_NOT_FOUND);
	return zone_date(program->time_zone, call->now, out);
}

static struct status evaluate(struct rpc_call *call, const struct screener *screener,
			      const Program__EvaluateScreenerRequest *req,
			      Program__EvaluateScreenerResponse *resp)
{
	struct screener_answers *answers;
	struct screener_result result;
	date_days day;

	TRY(day_of(call, req, &day));
	TRY(screener_answers_parse(screener, call->arena,
				   (struct str){(const char *)req->answers.data, req->answers.len},
				   day, &answers));
	screener_eval(screener, answers, call->arena, SCREENER_FULL, &result);
	fill(call, &result, resp);
	return OK;
}

struct status program_evaluate_screener(struct rpc_call *call,
					const Program__EvaluateScreenerRequest *req,
					Program__EvaluateScreenerResponse *resp)
{
	struct screener_findings findings = {};
	struct screener_tables tables;
	struct screener *screener;
	struct screener_text text;
	struct status st;

	TRY(screener_text(call, pb_uuid(req->program_id), req->version, &text));
	TRY(screener_tables(call, text.document, &tables));
	st = screener_compile(call->arena, text.document, tables.tables, tables.n, &screener,
			      &findings);
	if (st.reason == REASON_DOCUMENT_INVALID)
		return FAIL(SCREENER_INVALID);
	TRY(st);
	st = evaluate(call, screener, req, resp);
	screener_free(&screener);
	return st;
}
