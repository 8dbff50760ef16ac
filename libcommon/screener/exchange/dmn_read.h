#pragma once

/* Reading DMN's XML.  Private to dmn.c and dmn_table.c, the only users of libxml2. */
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "screener/exchange/dmn_model.h"

struct dmn_reader {
	struct arena *arena;
	struct dmn *dmn;
	struct findings *notes;
	size_t n_ranges;       /* in all cells of all tables */
	const xmlNode **nodes; /* of the decisions, in document order */
};

/* The first child element of this local name; the next sibling of the same name. */
const xmlNode *dmn_child(const xmlNode *node, const char *name);
const xmlNode *dmn_next(const xmlNode *node);
size_t dmn_children(const xmlNode *node, const char *name);
/* NULL when absent or empty. */
const char *dmn_attribute(struct dmn_reader *r, const xmlNode *node, const char *name);
struct str dmn_text(struct dmn_reader *r, const xmlNode *node);
const char *dmn_name_text(struct dmn_reader *r, const xmlNode *node);
const char *dmn_place(struct dmn_reader *r, const xmlNode *node);
enum feel_kind dmn_kind_of(const struct dmn *dmn, const char *type);
const struct dmn_type *dmn_type_with_values(const struct dmn *dmn, const char *name);

/* Fills decision->table, clauses and outputs; what cannot be taken becomes a finding. */
void dmn_read_table(struct dmn_reader *r, const xmlNode *table, struct dmn_decision *decision);
