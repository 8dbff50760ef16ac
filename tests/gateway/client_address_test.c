/* Whom the forwarding headers name, as the proxies in front really write them. */
#include <criterion/criterion.h>
#include <string.h>

#include "client_address.h"

static struct trusted_proxies trust(const char *const *texts, size_t n, bool by_forwarded)
{
	static struct ip_range ranges[4];

	for (size_t i = 0; i < n; i++)
		cr_assert(ip_range_parse(str_of(texts[i]), &ranges[i]));
	return (struct trusted_proxies){ranges, n, by_forwarded};
}

static const char *const ours[] = {"127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48"};

struct given {
	const char *peer;     /* NULL: 127.0.0.1 */
	const char *lines[6]; /* name, value, name, value … */
	bool forwarded, tls, nobody;
};

static struct client found;

static const char *who_of(struct given given)
{
	static struct arena *arena;
	static struct edge_field fields[3];
	struct edge_head head = {.fields = fields};
	struct trusted_proxies proxies = trust(ours, given.nobody ? 0 : 3, given.forwarded);

	if (!arena)
		arena = arena_new(1 << 20);
	for (size_t i = 0; i < 6 && given.lines[i]; i += 2)
		fields[head.n_fields++] =
			(struct edge_field){str_of(given.lines[i]), str_of(given.lines[i + 1])};
	found = client_find(arena, &proxies, &head, given.peer ? given.peer : "127.0.0.1",
			    given.tls);
	return found.address;
}
#define who(...) who_of((struct given){__VA_ARGS__})
#define XFF(value)                                                                                 \
	{                                                                                          \
		"X-Forwarded-For", value                                                           \
	}

Test(client_address, what_a_stranger_forwards_counts_nothing)
{
	cr_expect_str_eq(who(.peer = "192.0.2.1",
			     .lines = {"X-Forwarded-For", "6.6.6.6", "X-Forwarded-Proto", "https"}),
			 "192.0.2.1");
	cr_expect_not(found.is_https);
	cr_expect_str_eq(who(.nobody = true, .lines = XFF("6.6.6.6")), "127.0.0.1");
}

Test(client_address, the_first_address_from_the_right_that_is_no_proxy_of_ours_counts)
{
	cr_expect_str_eq(who(.lines = XFF("6.6.6.6, 192.0.2.7, 10.0.0.1")), "192.0.2.7");
	cr_expect_str_eq(who(.lines = XFF("10.0.0.2, 10.0.0.1")), "10.0.0.2");
	cr_expect_str_eq(who(.peer = "2001:db8:ffff::1", .lines = XFF("2001:DB8::0:7")),
			 "2001:db8::7");
}

Test(client_address, a_proxy_that_adds_a_line_of_its_own_is_heard)
{
	cr_expect_str_eq(
		who(.lines = {"X-Forwarded-For", "6.6.6.6", "x-forwarded-for", "192.0.2.7"}),
		"192.0.2.7");
	cr_expect_str_eq(who(.lines = {"X-Forwarded-For", "6.6.6.6", "Accept", "*/*",
				       "X-Forwarded-For", "192.0.2.7, 10.1.1.1"}),
			 "192.0.2.7");
}

Test(client_address, what_is_no_address_ends_the_walk)
{
	cr_expect_str_eq(who(.lines = XFF("6.6.6.6, abcd, 10.0.0.1")), "10.0.0.1");
	cr_expect_str_eq(who(.lines = XFF("6.6.6.6, ")), "127.0.0.1");
	cr_expect_str_eq(who(.lines = XFF("6.6.6.6, unknown")), "127.0.0.1");
	cr_expect_str_eq(who(.lines = XFF("::::::")), "127.0.0.1");
	cr_expect_str_eq(who(.lines = XFF("")), "127.0.0.1");
}

Test(client_address, ports_and_brackets_are_left_off)
{
	cr_expect_str_eq(who(.lines = XFF("192.0.2.7:51000")), "192.0.2.7");
	cr_expect_str_eq(who(.lines = XFF("[2001:db8::7]:443")), "2001:db8::7");
	cr_expect_str_eq(who(.lines = XFF("[192.0.2.7]")), "127.0.0.1");
	cr_expect_str_eq(who(.lines = XFF("192.0.2.7:99999")), "127.0.0.1");
}

Test(client_address, more_elements_than_proxies_can_be_are_read_from_the_right)
{
	char list[2048] = "";

	for (int i = 0; i < 100; i++)
		strcat(list, "6.6.6.6, ");
	strcat(list, "192.0.2.7, 10.0.0.1");
	cr_expect_str_eq(who(.lines = XFF(list)), "192.0.2.7");
}

Test(client_address, forwarded_is_read_where_it_is_the_agreed_header)
{
	cr_expect_str_eq(
		who(.forwarded = true,
		    .lines = {"Forwarded", "for=6.6.6.6, for=192.0.2.60;proto=https;by=10.0.0.1"}),
		"192.0.2.60");
	cr_expect(found.is_https);
	cr_expect_str_eq(
		who(.forwarded = true, .lines = {"Forwarded", "for=\"[2001:db8:cafe::17]:4711\""}),
		"2001:db8:cafe::17");
	cr_expect_str_eq(who(.forwarded = true, .lines = {"Forwarded", "for=\"a,b\", for=_hidden"}),
			 "127.0.0.1");
	cr_expect_str_eq(who(.forwarded = true, .lines = XFF("6.6.6.6")), "127.0.0.1");
	cr_expect_str_eq(who(.lines = {"Forwarded", "for=6.6.6.6"}), "127.0.0.1");
}

Test(client_address, https_is_what_the_nearest_proxy_says)
{
	(void)who(.lines = {"X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "http, https"});
	cr_expect(found.is_https);
	(void)who(.lines = {"X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "https, http"});
	cr_expect_not(found.is_https);
	(void)who(.tls = true, .lines = XFF("192.0.2.7"));
	cr_expect(found.is_https);
}
