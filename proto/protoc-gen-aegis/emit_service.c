#include "emit.h"

static const char *const tx_names[] = {"RPC_TX_NONE", "RPC_TX_ONE", "RPC_TX_READ", "RPC_TX_WRITE",
				       "RPC_TX_MANUAL"};
static const char *const rate_names[] = {"RPC_RATE_READ",      "RPC_RATE_WRITE", "RPC_RATE_AUTH",
					 "RPC_RATE_EXPENSIVE", "RPC_RATE_CODE",	 "RPC_RATE_NONE",
					 "RPC_RATE_REFRESH"};
static const char *const idempotency_names[] = {"RPC_IDEMPOTENCY_NONE", "RPC_IDEMPOTENCY_OPTIONAL",
						"RPC_IDEMPOTENCY_REQUIRED"};
static const char *const audit_names[] = {"RPC_AUDIT_NONE", "RPC_AUDIT_WRITE", "RPC_AUDIT_READ"};
static const char *const tenant_names[] = {"RPC_TENANT_PRINCIPAL", "RPC_TENANT_PATH",
					   "RPC_TENANT_NONE"};

static void add_functions(struct strbuf *out, const struct pg_method *m)
{
	const char *daemon = m->service->daemon;

	strbuf_printf(out,
		      "static struct status %s_%s_scan(const uint8_t *wire, size_t len)\n{\n"
		      "\treturn contract_scan(&%s__info, wire, len);\n}\n",
		      daemon, m->snake, m->input->c_lower);
	strbuf_printf(out,
		      "static struct status %s_%s_validate(const ProtobufCMessage *req, struct "
		      "field_errors *errs)\n{\n"
		      "\treturn contract_validate(&%s__info, req, errs);\n}\n",
		      daemon, m->snake, m->input->c_lower);
	if (m->rule->n_internal) {
		strbuf_printf(out, "static const char *const %s_%s_internal[] = {", daemon,
			      m->snake);
		for (size_t i = 0; i < m->rule->n_internal; i++) {
			add_literal(out, m->rule->internal[i]);
			strbuf_add_c(out, ", ");
		}
		strbuf_add_c(out, "NULL};\n");
	}
}

static void add_text(struct strbuf *out, const char *member, const char *text)
{
	if (!*text)
		return;
	strbuf_printf(out, " .%s = ", member);
	add_literal(out, text);
	strbuf_add_char(out, ',');
}

static void add_policy(struct strbuf *out, const struct pg_method *m)
{
	const Opt__Rule *r = m->rule;
	bool retryable = r->retryable || r->tx == OPT__TX__TX_NONE || r->tx == OPT__TX__TX_ONE ||
			 r->tx == OPT__TX__TX_READ;

	strbuf_printf(
		out, "\t\t.policy = {.is_public = %d, .signed_in = %d, .session = %d, .admin = %d,",
		r->public_, r->signed_in, r->session, r->admin);
	add_text(out, "permission", r->permission);
	add_text(out, "scope", r->scope);
	if (r->verified == OPT__VERIFIED__VERIFIED_REQUIRED)
		strbuf_add_c(out, " .verified = true,");
	if (r->n_internal)
		strbuf_printf(out, " .internal = %s_%s_internal,", m->service->daemon, m->snake);
	add_text(out, "audit_action", r->audit_action);
	strbuf_printf(out, "\n\t\t\t.rate = %s, .deadline_ms = %u, .idempotency = %s, .tx = %s,",
		      rate_names[r->rate], r->deadline_ms ? r->deadline_ms : 5000,
		      idempotency_names[r->idempotency], tx_names[r->tx]);
	strbuf_printf(out,
		      "\n\t\t\t.serializable = %d, .retryable = %d, .audit = %s, .tenant = %s,"
		      "\n\t\t\t.http_success = %u, .has_secret = %d},\n",
		      r->serializable, retryable, audit_names[r->audit], tenant_names[r->tenant],
		      r->success ? r->success : 200,
		      message_has(m->input, OPT__SENSITIVITY__SECRET) ||
			      message_has(m->output, OPT__SENSITIVITY__SECRET));
}

static void add_service(struct strbuf *out, const struct pg_service *s)
{
	for (size_t i = 0; i < s->n_methods; i++)
		add_functions(out, &s->methods[i]);
	strbuf_printf(out, "\nstatic const struct rpc_method %s_methods[] = {\n", s->daemon);
	for (size_t i = 0; i < s->n_methods; i++) {
		const struct pg_method *m = &s->methods[i];

		strbuf_printf(out, "\t{.name = \"%s\", .full_name = \"%s\", .id = 0x%08xu,\n",
			      m->name, m->full_name, m->id);
		strbuf_printf(out, "\t\t.request = &%s__info, .response = &%s__info,\n",
			      m->input->c_lower, m->output->c_lower);
		add_policy(out, m);
		strbuf_printf(out, "\t\t.scan = %s_%s_scan, .validate = %s_%s_validate},\n",
			      s->daemon, m->snake, s->daemon, m->snake);
	}
	strbuf_printf(out,
		      "};\n\nconst struct rpc_service %s_service = {.daemon = \"%s\", .full_name = "
		      "\"%s\",\n"
		      "\t.methods = %s_methods, .n_methods = %zu};\n",
		      s->daemon, s->daemon, s->full_name, s->daemon, s->n_methods);
}

void emit_tables(const struct pg_model *model, const struct pg_file *file, struct strbuf *out)
{
	add_banner(out, file->path);
	strbuf_printf(out, "#include <%s.aegis.h>\n\n#include \"contract/contract.h\"\n\n",
		      file->stem);
	emit_infos(model, file, out);
	emit_topics(model, file, out);
	for (size_t i = 0; i < file->n_services; i++)
		add_service(out, &file->services[i]);
}

void emit_client(const struct pg_file *file, struct strbuf *out)
{
	add_banner(out, file->path);
	strbuf_printf(out, "#include <%s.aegis.h>\n\n#include \"svc/svc.h\"\n", file->stem);
	for (size_t k = 0; k < file->n_services; k++) {
		const struct pg_service *s = &file->services[k];

		for (size_t i = 0; i < s->n_methods; i++) {
			const struct pg_method *m = &s->methods[i];

			strbuf_printf(out,
				      "\nstruct status call_%s_%s(struct rpc_call *call, const %s "
				      "*req, %s **resp)\n{\n"
				      "\treturn rpc_call_out(call, &%s_service, "
				      "&%s_service.methods[%zu], req, (void **)resp);\n}\n",
				      s->daemon, m->snake, m->input->c_type, m->output->c_type,
				      s->daemon, s->daemon, i);
		}
	}
}

void emit_server(const struct pg_file *file, struct strbuf *out)
{
	add_banner(out, file->path);
	strbuf_printf(out, "#include <%s.aegis.h>\n", file->stem);
	for (size_t k = 0; k < file->n_services; k++) {
		const struct pg_service *s = &file->services[k];

		for (size_t i = 0; i < s->n_methods; i++) {
			const struct pg_method *m = &s->methods[i];

			strbuf_printf(out,
				      "\nstatic struct status run_%s(struct rpc_call *call, const "
				      "void *req, void *resp)\n{\n"
				      "\treturn %s_%s(call, req, resp);\n}\n",
				      m->snake, s->daemon, m->snake);
		}
		strbuf_printf(out, "\nstatic const rpc_handler %s_functions[] = {\n", s->daemon);
		for (size_t i = 0; i < s->n_methods; i++)
			strbuf_printf(out, "\trun_%s,\n", s->methods[i].snake);
		strbuf_printf(out,
			      "};\n\nconst struct rpc_handler_table %s_handlers = {.service = "
			      "&%s_service, .handlers = %s_functions};\n",
			      s->daemon, s->daemon, s->daemon);
	}
}
