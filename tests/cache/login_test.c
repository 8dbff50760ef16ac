/* Logging in to a real Redis whose default user is off, at every connect anew. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/redis_stand.h"

TestSuite(login, .init = redis_stand_up, .fini = redis_stand_down);

static char password_file[] = "/tmp/aegis-password-XXXXXX";

static void keep_password(const char *text)
{
	FILE *out = fopen(password_file, "w");

	cr_assert_not_null(out);
	fprintf(out, "%s\n", text);
	fclose(out);
}

static struct cache_sync *connect_as(const char *user)
{
	struct cache_config config = {
		.url = server.url, .user = user, .password_file = password_file};
	struct cache_sync *cache_as;

	cr_assert(is_ok(cache_sync_new(&config, &cache_as)));
	return cache_as;
}

/* The user auth with this password; everybody who is logged in is thrown out. */
static void set_user(const char *password)
{
	char command[256];

	snprintf(command, sizeof command,
		 "ACL SETUSER auth reset on '>%s' '~{*}:sess:*' +get +set | sed s/OK/1/", password);
	cr_assert_eq(redis_number(command), 1);
	redis_number("CLIENT KILL TYPE normal SKIPME yes");
}

Test(login, a_user_logs_in_and_again_after_the_connection_broke_with_the_password_of_then)
{
	struct cache_sync *auth;
	int fd = mkstemp(password_file);

	cr_assert_geq(fd, 0);
	close(fd);
	set_user("first");
	keep_password("first");
	auth = connect_as("auth");
	cr_expect(is_ok(cache_session_put(auth, tenant, session, 1, 60)));
	set_user("second");
	cr_expect_eq(cache_session_put(auth, tenant, session, 2, 60).code, STATUS_UNAVAILABLE);
	keep_password("second");
	cr_expect(is_ok(cache_session_put(auth, tenant, session, 3, 60)));
	/* Not among the commands of this user. */
	cr_expect_eq(cache_session_forget(auth, tenant, session).code, STATUS_UNAVAILABLE);
	cache_sync_free(&auth);
	unlink(password_file);
}

Test(login, a_user_whose_password_is_missing_gets_nowhere)
{
	struct cache_sync *auth;

	unlink(password_file);
	cr_assert_eq(redis_number("ACL SETUSER default off | sed s/OK/1/"), 1);
	auth = connect_as("auth");
	cr_expect_eq(cache_session_put(auth, tenant, session, 1, 60).code, STATUS_UNAVAILABLE);
	cr_expect_eq(cache_sync_ping(auth).code, STATUS_UNAVAILABLE);
	cache_sync_free(&auth);
}
