#include "builtin/link_page.h"

#include "call.h"

struct link_page {
	const char *prefix; /* the path without its token */
	const char *title;
	const char *text;
	const char *button;
	const char *done;
};

static const struct link_page pages[] = {
	{"/api/auth/verify-email/", "Confirm your e-mail address",
	 "Press the button to confirm that this address is yours.", "Confirm",
	 "Your address is confirmed. You can close this page and sign in."},
	{"/api/auth/unlock/", "Sign in from here",
	 "Press the button to be let in from the network that you use now.", "Let me sign in",
	 "You can sign in from this network now. You can close this page."},
};

const struct link_page *link_page_find(struct str path)
{
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		size_t len = strlen(pages[i].prefix);

		if (path.len > len && str_has_prefix(path, pages[i].prefix) &&
		    !memchr(path.ptr + len, '/', path.len - len))
			return &pages[i];
	}
	return NULL;
}

static void add_text(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<': strbuf_add_c(out, "&lt;"); break;
		case '>': strbuf_add_c(out, "&gt;"); break;
		case '&': strbuf_add_c(out, "&amp;"); break;
		case '"': strbuf_add_c(out, "&quot;"); break;
		case '\'': strbuf_add_c(out, "&#39;"); break;
		default: strbuf_add_char(out, *text);
		}
}

/* With button NULL there is no form. */
static struct str write_page(struct gw_call *call, const char *text, const char *button)
{
	struct strbuf out = strbuf_new(call->x->arena);

	strbuf_add_c(&out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
			   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	add_text(&out, call->page->title);
	strbuf_add_c(&out, "</title>\n<main>\n<h1>");
	add_text(&out, call->page->title);
	strbuf_add_c(&out, "</h1>\n<p>");
	add_text(&out, text);
	strbuf_add_c(&out, "</p>\n");
	if (button) {
		/* Without an action the form goes to the page's own address. */
		strbuf_add_c(&out, "<form method=\"post\"><button>");
		add_text(&out, button);
		strbuf_add_c(&out, "</button></form>\n");
	}
	strbuf_add_c(&out, "</main>\n</html>\n");
	return strbuf_str(&out);
}

void link_page_show(struct gw_call *call)
{
	call->answers_page = true;
	gw_answer_ok(call, 200, "text/html; charset=utf-8",
		     write_page(call, call->page->text, call->page->button));
}

struct str link_page_done(struct gw_call *call)
{
	return write_page(call, call->page->done, NULL);
}

struct str link_page_refused(struct gw_call *call, const char *sentence)
{
	return write_page(call, *sentence ? sentence : "That did not work; try again.", NULL);
}
