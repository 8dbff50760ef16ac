#pragma once

/*
 * Setting up a transfer of libcurl.  An option that was not set (no memory, a
 * libcurl that lacks it) would be another transfer than was meant: without the
 * sender, the password, or what bounds where it may go.  The process ends, as it
 * does without memory everywhere (base/arena.h).
 */
#include <curl/curl.h>
#include <stdlib.h>

#define CURL_SET(curl, option, value)                                                              \
	do {                                                                                       \
		if (curl_easy_setopt((curl), (option), (value)) != CURLE_OK)                       \
			abort();                                                                   \
	} while (0)

/* Appends a copy of text. */
static inline void curl_list_add(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (!longer)
		abort();
	*list = longer;
}
