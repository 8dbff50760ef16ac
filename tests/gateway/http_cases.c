#include "gateway/http_cases.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/str.h"

#define COLUMNS 4

struct http_case http_cases[HTTP_CASES_MAX];
size_t n_http_cases;

static struct {
	char *name; /* "<GET>" */
	char *text;
} macros[16];
static size_t n_macros;

/* "\r\x00" as the bytes it stands for, in place. */
static size_t unescape(char *text)
{
	static const char letters[] = "rnt\\", meant[] = "\r\n\t\\";
	char *out = text;

	for (const char *at = text; *at;) {
		if (*at != '\\') {
			*out++ = *at++;
		} else if (at[1] == 'x') {
			cr_assert(hex_decode(out++, 1, (struct str){at + 2, 2}), "%s", at);
			at += 4;
		} else {
			cr_assert(at[1] && strchr(letters, at[1]), "%s", at);
			*out++ = meant[strchr(letters, at[1]) - letters];
			at += 2;
		}
	}
	return (size_t)(out - text);
}

static const char *macro_at(const char *at, size_t *len)
{
	for (size_t i = 0; i < n_macros; i++) {
		*len = strlen(macros[i].name);
		if (strncmp(at, macros[i].name, *len) == 0)
			return macros[i].text;
	}
	*len = 1;
	return NULL;
}

/* A copy with every name written out. */
static char *expand(const char *text)
{
	char *out;
	size_t size, len;
	FILE *to = open_memstream(&out, &size);

	for (const char *at = text; *at; at += len) {
		const char *meant = macro_at(at, &len);

		fputs(meant ? meant : (char[]){*at, 0}, to);
	}
	fclose(to);
	return out;
}

static enum http_case_kind kind_of(const char *word)
{
	static const char *const words[] = {"lawful", "closing", "malformed", "policy", "sweep"};

	for (int i = 0; i < 5; i++)
		if (strcmp(words[i], word) == 0)
			return (enum http_case_kind)i;
	cr_assert_fail("no kind of case: %s", word);
	return CASE_LAWFUL;
}

static void add_case(char *line)
{
	struct http_case *c = &http_cases[n_http_cases++];
	char *column[COLUMNS];

	cr_assert_lt(n_http_cases, HTTP_CASES_MAX);
	for (int i = 0; i < COLUMNS; i++)
		cr_assert_not_null(column[i] = strsep(&line, "\t"));
	cr_assert_null(line);
	c->kind = kind_of(column[0]);
	c->name = strdup(column[1]);
	for (size_t i = 0; *column[2] && i < 3; i++)
		c->expect[i] = (int)strtol(column[2], &column[2], 10);
	cr_assert((c->kind == CASE_SWEEP) == (c->expect[0] == 0), "%s", c->name);
	c->bytes = expand(column[3]);
	c->len = unescape(c->bytes);
}

static void add_macro(char *line)
{
	char *equals = strstr(line, " = ");

	cr_assert(equals && n_macros < sizeof macros / sizeof macros[0], "%s", line);
	*equals = '\0';
	macros[n_macros].name = strdup(line);
	macros[n_macros++].text = strdup(equals + 3);
}

void http_cases_read(void)
{
	char path[512], line[1024];
	FILE *file;

	if (n_http_cases)
		return;
	snprintf(path, sizeof path, "%s/tests/gateway/verdicts/cases.txt", getenv("AEGIS_SOURCE"));
	cr_assert_not_null(file = fopen(path, "re"), "%s", path);
	while (fgets(line, sizeof line, file)) {
		cr_assert_not_null(strchr(line, '\n'), "too long: %s", line);
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '<')
			add_macro(line);
		else if (line[0] && line[0] != '#')
			add_case(line);
	}
	fclose(file);
}
