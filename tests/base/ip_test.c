#include <criterion/criterion.h>
#include <string.h>

#include "base/ip.h"

static const char *canonical(const char *text)
{
	static char out[IP_TEXT];
	struct in6_addr ip;

	if (!ip_parse(str_of(text), &ip))
		return "refused";
	ip_format(out, &ip);
	return out;
}

static bool has(const char *range, const char *text)
{
	struct ip_range parsed;
	struct in6_addr ip;

	cr_assert(ip_range_parse(str_of(range), &parsed), "%s", range);
	cr_assert(ip_parse(str_of(text), &ip), "%s", text);
	return ip_range_has(&parsed, &ip);
}

static const char *network(const char *text)
{
	static char out[IP_NETWORK_TEXT];

	ip_network_of_text(out, str_of(text));
	return out;
}

Test(ip, one_address_has_one_text)
{
	cr_expect_str_eq(canonical("192.0.2.7"), "192.0.2.7");
	cr_expect_str_eq(canonical("::ffff:192.0.2.7"), "192.0.2.7");
	cr_expect_str_eq(canonical("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
	cr_expect_str_eq(canonical("::"), "::");
}

Test(ip, text_that_is_no_address_is_refused)
{
	static const char *const wrong[] = {"",		 "1.2.3",	 "1.2.3.4.5", "01.2.3.4",
					    "1.2.3.256", " 1.2.3.4",	 "1.2.3.4 ",  "1.2.3.4:80",
					    "[::1]",	 "fe80::1%eth0", "::1::",     "unknown",
					    "abcd",	 "12345::",	 "1.2.3.4/8"};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		cr_expect_str_eq(canonical(wrong[i]), "refused", "%s", wrong[i]);
	cr_expect_not(ip_parse((struct str){"1.2.3.4\0x", 9}, &(struct in6_addr){}));
}

Test(ip, a_range_has_what_shares_its_prefix)
{
	cr_expect(has("10.0.0.0/8", "10.255.0.1"));
	cr_expect_not(has("10.0.0.0/8", "11.0.0.1"));
	cr_expect(has("192.0.2.7", "192.0.2.7"));
	cr_expect_not(has("192.0.2.7", "192.0.2.8"));
	cr_expect(has("2001:db8::/32", "2001:db8:ffff::1"));
	cr_expect_not(has("2001:db8::/32", "2001:db9::1"));
	cr_expect(has("0.0.0.0/0", "1.2.3.4"));
	cr_expect_not(has("0.0.0.0/0", "2001:db8::1"));
	cr_expect(has("::/0", "1.2.3.4"));
	cr_expect(has("172.16.0.0/12", "172.31.255.255"));
	cr_expect_not(has("172.16.0.0/12", "172.32.0.0"));
}

Test(ip, a_range_with_bits_behind_its_prefix_is_refused)
{
	static const char *const wrong[] = {"10.0.0.1/8",   "10.0.0.0/33", "2001:db8::1/64",
					    "10.0.0.0/",    "10.0.0.0/-1", "::/129",
					    "10.0.0.0/8/8", "/8"};
	struct ip_range range;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		cr_expect_not(ip_range_parse(str_of(wrong[i]), &range), "%s", wrong[i]);
}

Test(ip, every_address_of_a_subscriber_is_one_network)
{
	cr_expect_str_eq(network("192.0.2.7"), "192.0.2.0/24");
	cr_expect_str_eq(network("::ffff:192.0.2.200"), "192.0.2.0/24");
	cr_expect_str_eq(network("2001:db8:0:1:1234:5678:9abc:def0"), "2001:db8:0:1::/64");
	cr_expect_str_eq(network("2001:db8:0:1::1"), "2001:db8:0:1::/64");
	cr_expect_str_eq(network("2001:db8:0:2::1"), "2001:db8:0:2::/64");
	cr_expect_str_eq(network("2001:db8:1111:2222:3333:4444:5555:6666"),
			 "2001:db8:1111:2222::/64");
	cr_expect_str_eq(network("nonsense"), "");
}
