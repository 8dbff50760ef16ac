#pragma once

/*
 * Follows a dialogue of libcurl, which tells its caller the last reply code but not
 * the command that the code answers.  Keeps step and code, never a word of either side.
 */
#include <curl/curl.h>
#include <stdbool.h>

#include "notification/smtp_verdict.h"

struct smtp_trace {
	struct smtp_answer answer;
	bool is_closing; /* QUIT: what follows says nothing about the mail */
};

/* For CURLOPT_DEBUGFUNCTION, with a struct smtp_trace as CURLOPT_DEBUGDATA. */
int smtp_trace_take(CURL *curl, curl_infotype type, char *text, size_t len, void *trace);
