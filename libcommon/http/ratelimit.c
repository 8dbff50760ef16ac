#include "http/ratelimit.h"

static void add_number(struct strbuf *out, const char *name, uint32_t n)
{
	strbuf_add_c(out, name);
	strbuf_add_u64(out, n);
}

static void add_item(struct strbuf *out, const char *policy, bool first)
{
	if (!first)
		strbuf_add_c(out, ", ");
	strbuf_add_char(out, '"');
	strbuf_add_c(out, policy);
	strbuf_add_char(out, '"');
}

void ratelimit_policy_field(struct strbuf *out, const struct ratelimit *limits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add_item(out, limits[i].policy, i == 0);
		add_number(out, ";q=", limits[i].quota);
		add_number(out, ";w=", limits[i].window_s);
	}
}

void ratelimit_field(struct strbuf *out, const struct ratelimit *limits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add_item(out, limits[i].policy, i == 0);
		add_number(out, ";r=", limits[i].remaining);
		add_number(out, ";t=", limits[i].reset_s);
	}
}

uint32_t retry_after_seconds(uint32_t ms)
{
	return ms / 1000 + (ms % 1000 != 0);
}
