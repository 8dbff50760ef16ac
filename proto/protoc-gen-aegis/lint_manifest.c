/* The contract against the lists in proto/manifest/. */
#include "lint.h"

static void need(struct pg_model *model, const struct pg_method *m,
		 const struct manifest_list *list, const char *name)
{
	struct manifest_line *line = *name ? manifest_find(list, name) : NULL;

	if (line)
		line->used = true;
	else if (*name)
		model_fail(model, "%s: rpc %s: '%s' is not listed in proto/manifest/%s",
			   m->service->file->path, m->name, name, list->file);
}

static void lint_names(struct pg_model *model, const struct manifest *manifest,
		       const struct pg_method *m)
{
	need(model, m, &manifest->permissions, m->rule->permission);
	need(model, m, &manifest->scopes, m->rule->scope);
	for (size_t i = 0; i < m->rule->n_reasons; i++)
		need(model, m, &manifest->reasons, m->rule->reasons[i]);
}

static bool has_word(const char *column, const char *name)
{
	struct str text = str_of(column), word;

	while (manifest_word(&text, &word))
		if (str_eq_c(word, name))
			return true;
	return false;
}

/* Is the rpc's own event mailed, or does a topic's mail follow from the rpc, perhaps much later? */
static bool leads_to_mail(const struct manifest *manifest, const struct pg_method *m)
{
	const char *action = m->rule->audit_action;

	for (size_t i = 0; *action && i < manifest->topics.n; i++) {
		const struct manifest_line *topic = &manifest->topics.lines[i];

		if (has_word(topic->fourth, action) ||
		    (strcmp(topic->name, action) == 0 && has_word(topic->second, "notification")))
			return true;
	}
	return false;
}

/* In the message, or in one inside it. */
static bool has_email_field(const struct pg_message *message)
{
	for (size_t i = 0; i < message->n_fields; i++) {
		const struct pg_field *f = &message->fields[i];

		if (f->opt->email)
			return true;
		if (f->message && f->message != message && has_email_field(f->message))
			return true;
	}
	return false;
}

/* May a user name addresses in the request: of whom, if not of those who get mail? */
static bool takes_addresses(const struct pg_method *m)
{
	return (m->rule->signed_in || *m->rule->permission) && has_email_field(m->input);
}

static bool makes_mail(const struct manifest *manifest, const struct pg_method *m)
{
	bool writes = m->rule->tx == OPT__TX__TX_WRITE || m->rule->tx == OPT__TX__TX_MANUAL;

	if (leads_to_mail(manifest, m))
		return true;
	return writes && m->n_bindings > 0 &&
	       (strcmp(m->service->daemon, "notification") == 0 || takes_addresses(m));
}

/* Nothing may leave for somebody who never showed that their address is theirs. */
static void lint_verified(struct pg_model *model, const struct manifest *manifest,
			  const struct pg_method *m)
{
	if (m->rule->verified == OPT__VERIFIED__VERIFIED_UNSAID && makes_mail(manifest, m))
		model_fail(model,
			   "%s: rpc %s: makes a mail leave; say verified: VERIFIED_REQUIRED or "
			   "VERIFIED_WAIVED",
			   m->service->file->path, m->name);
}

/* The words of a manifest column and the list of an option: the same names? */
static bool is_same(const char *column, const char *const *list, size_t n)
{
	struct str text = str_of(column), word;
	size_t words = 0;

	for (; manifest_word(&text, &word); words++) {
		size_t i = 0;

		while (i < n && !str_eq_c(word, list[i]))
			i++;
		if (i == n)
			return false;
	}
	return words == n;
}

static void lint_not_found(struct pg_model *model, const struct manifest *manifest,
			   const struct pg_message *message)
{
	const char *reason = message->resource->not_found;

	if (*reason && !manifest_find(&manifest->reasons, reason))
		model_fail(model, "%s: %s: '%s' is not listed in proto/manifest/reasons.txt",
			   message->file->path, message->full_name, reason);
}

static void lint_topic(struct pg_model *model, const struct manifest *manifest,
		       const struct pg_message *message)
{
	const Opt__Topic *topic = message->topic;
	struct manifest_line *line = manifest_find(&manifest->topics, topic->name);

	if (topic->n_publishers == 0)
		model_fail(model, "%s: %s: topic '%s' names no publishers", message->file->path,
			   message->full_name, topic->name);
	if (!line || !is_same(line->second, topic->subscribers, topic->n_subscribers) ||
	    !is_same(line->third, topic->publishers, topic->n_publishers))
		model_fail(model,
			   "%s: %s: topic '%s' with its subscribers and publishers is not in "
			   "proto/manifest/topics.txt",
			   message->file->path, message->full_name, topic->name);
	else
		line->used = true;
}

void lint_against_manifest(struct pg_model *model, const struct manifest *manifest)
{
	for (size_t i = 0; i < model->n_files && !model->error; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			for (size_t m = 0; m < model->files[i].services[s].n_methods; m++) {
				const struct pg_method *method =
					&model->files[i].services[s].methods[m];

				lint_names(model, manifest, method);
				lint_verified(model, manifest, method);
			}
	for (size_t i = 0; i < model->n_messages && !model->error; i++) {
		if (model->messages[i].topic)
			lint_topic(model, manifest, &model->messages[i]);
		if (model->messages[i].resource)
			lint_not_found(model, manifest, &model->messages[i]);
	}
}

static bool daemon_exists(const struct pg_model *model, const char *name)
{
	if (strcmp(name, "*") == 0 || strcmp(name, "gateway") == 0 || strcmp(name, "ctl") == 0)
		return true;
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			if (strcmp(model->files[i].services[s].daemon, name) == 0)
				return true;
	return false;
}

static void lint_callers(struct pg_model *model, const struct pg_method *m)
{
	for (size_t i = 0; i < m->rule->n_internal; i++)
		if (!daemon_exists(model, m->rule->internal[i]))
			model_fail(model, "%s: rpc %s: there is no daemon '%s' to call it",
				   m->service->file->path, m->name, m->rule->internal[i]);
}

/* Publishers that exist; what an rpc already says is not said again. */
static void lint_action(struct pg_model *model, const struct manifest_line *line)
{
	struct str text = str_of(line->second), word;

	while (manifest_word(&text, &word))
		if (!daemon_exists(model, arena_strndup(model->arena, word.ptr, word.len)))
			model_fail(model,
				   "proto/manifest/actions.txt: %s: there is no daemon '" STR_FMT
				   "'",
				   line->name, STR_ARG(word));
}

static bool is_audited(const struct pg_model *model, struct str action)
{
	for (size_t i = 0; i < model->n_files; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			for (size_t m = 0; m < model->files[i].services[s].n_methods; m++)
				if (str_eq_c(action, model->files[i]
							     .services[s]
							     .methods[m]
							     .rule->audit_action))
					return true;
	return false;
}

/* A misspelt action would let its rpc off. */
static void lint_mail_actions(struct pg_model *model, const struct manifest_line *topic)
{
	struct str text = str_of(topic->fourth), word;

	while (manifest_word(&text, &word))
		if (!str_eq_c(word, "-") && !is_audited(model, word))
			model_fail(model,
				   "proto/manifest/topics.txt: %s: '" STR_FMT
				   "' is no rpc's audit_action",
				   topic->name, STR_ARG(word));
}

static void lint_unused(struct pg_model *model, const struct manifest_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!list->lines[i].used)
			model_fail(model, "proto/manifest/%s: no rpc asks for '%s'", list->file,
				   list->lines[i].name);
}

void lint_whole(struct pg_model *model, const struct manifest *manifest)
{
	for (size_t i = 0; i < model->n_files && !model->error; i++)
		for (size_t s = 0; s < model->files[i].n_services; s++)
			for (size_t m = 0; m < model->files[i].services[s].n_methods; m++)
				lint_callers(model, &model->files[i].services[s].methods[m]);
	if (!model->error)
		lint_kinds(model);
	if (!manifest || model->error)
		return;
	for (size_t i = 0; i < manifest->actions.n; i++)
		lint_action(model, &manifest->actions.lines[i]);
	for (size_t i = 0; i < manifest->topics.n; i++)
		lint_mail_actions(model, &manifest->topics.lines[i]);
	lint_unused(model, &manifest->permissions);
	lint_unused(model, &manifest->scopes);
}
