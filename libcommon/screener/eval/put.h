#pragma once

/* Writing JSON whose texts need no escaping. */
#include "base/str.h"

struct writer {
	struct strbuf *buf;
	bool first;
};

/* Ids and codes need no escaping: their alphabet has neither quotes nor controls. */
static inline void put_plain(struct strbuf *buf, struct str s)
{
	strbuf_reserve(buf, s.len + 2);
	strbuf_add_char(buf, '"');
	strbuf_add_str(buf, s);
	strbuf_add_char(buf, '"');
}

static inline void put_sep(struct writer *w)
{
	if (!w->first)
		strbuf_add_char(w->buf, ',');
	w->first = false;
}
