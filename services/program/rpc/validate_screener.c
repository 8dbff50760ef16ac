#include "program/program.h"

struct status program_validate_screener(struct rpc_call *call,
					const Program__ValidateScreenerRequest *req,
					Program__ValidateScreenerResponse *resp)
{
	struct screener_findings findings = {};
	struct screener *screener;
	struct screener_text text;

	TRY(screener_text(call, id_of(req->program_id), req->version, &text));
	TRY(screener_check(call, text.document, &findings, &screener));
	screener_free(&screener);
	resp->publishable = findings.n_errors == 0;
	resp->findings = arena_array_of(call->arena, Program__Finding *, findings.n);
	for (size_t i = 0; i < findings.n && i < 1000; i++) {
		Program__Finding *out = arena_new_of(call->arena, Program__Finding);

		program__finding__init(out);
		out->severity = findings.list[i].severity == SCREENER_ERROR ? "error" : "warning";
		out->code = findings.list[i].code;
		out->pointer = findings.list[i].pointer;
		out->message = findings.list[i].message;
		resp->findings[resp->n_findings++] = out;
	}
	return OK;
}
