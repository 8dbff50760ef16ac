#pragma once

/*
 * Safety questions whose proof is open.  A draft that has one is published only
 * when a second person accepted this very revision: not its author, not its
 * last editor.  The acceptance is bound to the revision and to the hash of the
 * canonical document, so an edit voids it.
 */
#include "program/program.h"

/* The ids of a report's safety questions that are neither proven nor refuted, in document order. */
struct text_list acceptance_questions(struct arena *arena,
				      const struct screener_gate_report *report);

/*
 * The acceptance that lets a draft be published with these questions open; *row is NULL when no
 * question is open.  FAILED_PRECONDITION/SAFETY_NOT_ACCEPTED with a field for each open question.
 */
struct status acceptance_find(struct rpc_call *call, const struct q_draft_row *draft,
			      const char *content_hash, struct text_list questions,
			      struct q_acceptance_row **row);

/* Reads the acceptance of a draft's revision, or of a published version, into a message. */
struct status acceptance_show(struct rpc_call *call, Program__ScreenerVersion *version);
