#include "program/program.h"
#include "svc/pb.h"

/* What an answer carries of them. */
#define FINDINGS_MAX 1000

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
	resp->n_findings = findings.n < FINDINGS_MAX ? findings.n : FINDINGS_MAX;
	resp->findings = pb_array(call->arena, &program__finding__descriptor, resp->n_findings);
	for (size_t i = 0; i < resp->n_findings; i++) {
		Program__Finding *out = resp->findings[i];

		out->severity = findings.list[i].severity == SCREENER_ERROR ? "error" : "warning";
		out->code = findings.list[i].code;
		out->pointer = findings.list[i].pointer;
		out->message = findings.list[i].message;
	}
	return OK;
}
