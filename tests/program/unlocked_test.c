/* The program's row is locked for the result of a publication, never for its proof. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "program/program.h"
#include "support/svc_test_internal.h"
#include "world.h"

TEST_DATABASE

#define ATTEMPTS   40 /* a prover may be done before it is seen */
#define STOPPED_MS 20000

TestSuite(unlocked, .init = program_start, .fini = daemons_stop, .timeout = 120);

/* Fields 3 (state) and 4 (parent) of /proc/PID/stat; false when it is no prover of this process. */
static bool is_our_prover(const char *pid, char *state)
{
	char path[300], text[512] = "";
	const char *rest;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(text, sizeof text, file))
		text[0] = '\0';
	fclose(file);
	rest = strstr(text, "(aegis-prover) ");
	if (!rest)
		return false;
	rest += strlen("(aegis-prover) ");
	*state = *rest;
	return *rest && strtol(rest + 1, NULL, 10) == getpid();
}

/* The prover that was stopped while it lived, or 0. */
static pid_t stop_a_prover(void)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;
	char state;

	cr_assert_not_null(all);
	while (!found && (entry = readdir(all)))
		if (entry->d_name[0] > '0' && entry->d_name[0] <= '9' &&
		    is_our_prover(entry->d_name, &state) && state != 'Z') {
			found = (pid_t)strtol(entry->d_name, NULL, 10);
			if (kill(found, SIGSTOP) < 0)
				found = 0;
		}
	closedir(all);
	return found;
}

static bool stands(pid_t pid)
{
	instant give_up = instant_monotonic() + MILLIS(STOPPED_MS);
	char name[16], state = 0;

	snprintf(name, sizeof name, "%d", pid);
	while (is_our_prover(name, &state) && state != 'T' && state != 'Z' &&
	       instant_monotonic() < give_up)
		usleep(500);
	return state == 'T';
}

static const char *example(void)
{
	FILE *file = fopen(EXAMPLES "/statin_otc.json", "r");
	char *text = arena_alloc(test_world.arena, 1 << 20);
	size_t n;

	cr_assert_not_null(file);
	n = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

/* A publication whose prover stands still; whoever calls lets it go on. */
static pid_t publish_with_a_standing_prover(struct publication *p, struct uuid tenant)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		pid_t pid = 0;

		p->version = draft(tenant, p->program_id, example())->version;
		publication_start(p);
		while (!pid && !p->is_over)
			pid = stop_a_prover();
		if (pid && stands(pid))
			return pid;
		cr_assert(is_ok(publication_join(p)), "%s", reason_name(p->status.reason));
	}
	cr_assert_fail("no prover was seen");
	return 0;
}

static enum reason let_go_on(struct publication *p, pid_t prover)
{
	kill(prover, SIGCONT);
	return publication_join(p).reason;
}

/* A mask of one member. */
static Google__Protobuf__FieldMask *only(const char *member)
{
	Google__Protobuf__FieldMask *mask =
		arena_new_of(test_world.arena, Google__Protobuf__FieldMask);

	google__protobuf__field_mask__init(mask);
	mask->paths = arena_memdup(test_world.arena, &member, sizeof member);
	mask->n_paths = 1;
	return mask;
}

Test(unlocked, a_program_is_changed_and_ended_while_the_prover_stands_and_the_publication_sees_it)
{
	Program__Program in = PROGRAM__PROGRAM__INIT;
	Program__UpdateProgramRequest update = PROGRAM__UPDATE_PROGRAM_REQUEST__INIT;
	Program__EndProgramRequest end = PROGRAM__END_PROGRAM_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	struct publication p = {.who = as(acme, "ann")};
	pid_t prover;

	p.program_id = end.id = update.id = a_program(acme)->id;
	prover = publish_with_a_standing_prover(&p, acme);
	in.name = "Another name";
	update.program = &in;
	update.update_mask = only("name");
	expect_ok(call(as(acme, "ann"), "UpdateProgram", &update));
	expect_ok(call(as(acme, "ann"), "EndProgram", &end));
	cr_expect(!p.is_over, "the publication waits for its prover");
	cr_assert_eq(let_go_on(&p, prover), REASON_PROGRAM_ENDED, "%s",
		     reason_name(p.status.reason));
}

Test(unlocked, a_draft_that_was_edited_while_the_prover_stood_is_not_published)
{
	Program__ScreenerVersion in = PROGRAM__SCREENER_VERSION__INIT;
	Program__UpdateScreenerRequest edit = PROGRAM__UPDATE_SCREENER_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");
	struct publication p = {.who = as(acme, "ann")};
	pid_t prover;

	p.program_id = edit.program_id = a_program(acme)->id;
	prover = publish_with_a_standing_prover(&p, acme);
	edit.version = p.version;
	edit.screener = &in;
	in.document = bytes_of(good);
	edit.update_mask = only("document");
	expect_ok(call(as(acme, "ann"), "UpdateScreener", &edit));
	cr_assert_eq(let_go_on(&p, prover), REASON_VERSION_CONFLICT, "%s",
		     reason_name(p.status.reason));
}
