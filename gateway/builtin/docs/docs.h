#pragma once

/*
 * The files that are served below /docs: the page that shows openapi.json, its scripts and style,
 * the format of screeners with its schema, and example screeners.
 */
#include "base/str.h"

#define DOCS_ETAG_MAX 24

/*
 * Nothing from elsewhere, nothing inline, and no text that becomes markup.  'self' cannot mean an
 * answer of the API: each answer has its content type and nosniff, and only files of this folder
 * are scripts.
 */
#define DOCS_POLICY                                                                                \
	"default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; style-src "    \
	"'self'; "                                                                                 \
	"require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; "              \
	"form-action 'none'; frame-ancestors 'none'"

struct docs_file {
	const char *path; /* "/docs/page.css" */
	const char *content_type;
	const char *bytes;
	const size_t *len;
	char etag[DOCS_ETAG_MAX]; /* with its quotes; set by docs_init() */
};

/* Made at build time; ends with an entry whose path is NULL. */
extern struct docs_file docs_files[];

/* Once, before any loop runs. */
void docs_init(void);
/* The file at a path of a request, or NULL. */
const struct docs_file *docs_find(struct str path);
