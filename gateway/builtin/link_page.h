#pragma once

/*
 * Pages for links that mails hold.  Opening a link shows a page with a button and changes
 * nothing, because mail scanners and previews open links too; the button sends the POST of the
 * contract's route at the same path.  A page has no script, no style and nothing from the
 * request in it: every text comes from this file or from the manifest, and is escaped.
 */
#include "base/str.h"

struct gw_call;
struct link_page;

#define LINK_PAGE_POLICY                                                                           \
	"default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/* The page of a path; NULL when the path is no link's. */
const struct link_page *link_page_find(struct str path);

/* Answers a GET or HEAD. */
void link_page_show(struct gw_call *call);

/* The page after the button was pressed: what was done, or the sentence why it was not. */
struct str link_page_done(struct gw_call *call);
struct str link_page_refused(struct gw_call *call, const char *sentence);
