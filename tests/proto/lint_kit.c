#include "proto/lint_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

static const char head[] = "syntax = \"proto3\";\n"
			   "package aegis.bad.v1;\n"
			   "import \"aegis/options/v1/options.proto\";\n"
			   "import \"google/api/annotations.proto\";\n"
			   "import \"google/protobuf/any.proto\";\n"
			   "import \"google/protobuf/field_mask.proto\";\n"
			   "import \"google/protobuf/timestamp.proto\";\n"
			   "import \"protobuf-c/protobuf-c.proto\";\n"
			   "option (pb_c_file).c_package = \"bad\";\n";

static void write_proto(const char *path, const char *body)
{
	FILE *out = fopen(path, "w");

	cr_assert(out);
	fputs(head, out);
	/* protoc gives a comment to the element below it only when the comment has lines of its
	 * own. */
	for (const char *p = body; *p; p++) {
		if (strncmp(p, "/* ", 3) == 0)
			fputc('\n', out);
		fputc(*p, out);
		if (p > body + 1 && strncmp(p - 2, " */", 3) == 0)
			fputc('\n', out);
	}
	cr_assert_eq(fclose(out), 0);
}

struct verdict lint_run(const char *parameters, const char *body)
{
	struct verdict verdict = {};
	char dir[] = SCRATCH "/lintXXXXXX", path[256], command[2048];
	FILE *out;

	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/bad.proto", dir);
	write_proto(path, body);
	snprintf(command, sizeof command,
		 "exec 2>&1; %s --plugin=protoc-gen-aegis=%s -I%s %s --aegis_out=%s:%s %s", PROTOC,
		 PLUGIN, dir, PROTO_PATH, parameters, dir, path);
	out = popen(command, "r");
	cr_assert(out);
	verdict.text[fread(verdict.text, 1, sizeof verdict.text - 1, out)] = '\0';
	verdict.status = pclose(out);
	snprintf(command, sizeof command, "rm -r %s", dir);
	cr_assert_eq(system(command), 0);
	return verdict;
}

void refuse_with(const char *parameters, const char *body, const char *words)
{
	struct verdict verdict = lint_run(parameters, body);

	cr_expect(verdict.status != 0 && strstr(verdict.text, words),
		  "for:\n%s\nwanted: %s\nsaid:   %s", body, words, verdict.text);
}

void refuse(const char *body, const char *words)
{
	refuse_with("manifest=" GOLDEN "/manifest", body, words);
}

void refuse_whole(const char *body, const char *words)
{
	refuse_with("gateway,manifest=" GOLDEN "/manifest", body, words);
}

void accept(const char *body)
{
	struct verdict verdict = lint_run("manifest=" GOLDEN "/manifest", body);

	cr_expect(verdict.status == 0, "for:\n%s\nsaid: %s", body, verdict.text);
}
