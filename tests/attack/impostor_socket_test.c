/*
 * A local user who binds a daemon's socket gets no password, and one who has a daemon's
 * key is not that daemon.  The other user is a process of uid 65534 (other_user.c).
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/sign_in.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "rpc/peer_uid.h"
#include "rpc/server.h"
#include "rpc/trust.h"

#define OTHER_USER 65534u

static char dir[] = "/tmp/aegis-impostor-XXXXXX";
static char secrets[64], url[64], stolen[64], log_path[64];
static pid_t other;

static void set_up(void)
{
	crypto_init();
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(chmod(dir, 0777), 0);
	snprintf(secrets, sizeof secrets, "%s/secrets", dir);
	snprintf(url, sizeof url, "ipc://%s/auth.sock", dir);
	snprintf(stolen, sizeof stolen, "%s/stolen", dir);
	snprintf(log_path, sizeof log_path, "%s/log", dir);
	cr_assert(is_ok(keyring_ensure_service(secrets, "auth")));
	cr_assert(is_ok(keyring_ensure_service(secrets, "gateway")));
	log_set_fd(open(log_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void tear_down(void)
{
	if (other > 0) {
		kill(other, SIGKILL);
		waitpid(other, NULL, 0);
	}
	log_set_fd(STDERR_FILENO);
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(impostor_socket, .init = set_up, .fini = tear_down, .timeout = 60);

static void needs_root(void)
{
	if (geteuid() != 0)
		cr_skip_test("only root can be another user");
}

/* Starts the other user; its first line into said. */
static void other_user(const char *mode, const char *a, const char *b, char said[SIGN_IN_REASON])
{
	char uid[16];
	int out[2];
	FILE *in;

	snprintf(uid, sizeof uid, "%u", OTHER_USER);
	cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
	other = fork();
	cr_assert_geq(other, 0);
	if (other == 0) {
		dup2(out[1], STDOUT_FILENO);
		execl(OTHER_USER_PROGRAM, "other_user", uid, mode, url, a, b, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	in = fdopen(out[0], "r");
	cr_assert_not_null(fgets(said, SIGN_IN_REASON, in), "the other user said nothing");
	said[strcspn(said, "\n")] = '\0';
	fclose(in);
}

static void own_keys_of(const char *folder, const char *daemon)
{
	char command[256];

	snprintf(command, sizeof command, "chown -R %u:%u %s/%s", OTHER_USER, OTHER_USER, folder,
		 daemon);
	cr_assert_eq(system(command), 0);
}

static bool was_logged(const char *text)
{
	static char bytes[1 << 16];
	int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, bytes, sizeof bytes - 1);

	close(fd);
	bytes[n > 0 ? n : 0] = '\0';
	return strstr(bytes, text) != NULL;
}

Test(impostor_socket, who_binds_the_socket_of_auth_gets_no_password)
{
	char said[SIGN_IN_REASON], reason[SIGN_IN_REASON];

	needs_root();
	other_user("serve", stolen, NULL, said);
	cr_assert_str_eq(said, "listening");
	sign_in(url, secrets, NULL, reason);
	cr_assert_str_eq(reason, "NO_CONNECTION");
	cr_assert_eq(access(stolen, F_OK), -1, "the impostor was sent something");
	cr_assert(was_logged("another user listens on a daemon's socket"));
}

/* The same process is auth once the keys say so: nothing else tells it from the impostor. */
Test(impostor_socket, the_owner_of_the_key_folder_is_the_daemon)
{
	char said[SIGN_IN_REASON], reason[SIGN_IN_REASON];

	needs_root();
	own_keys_of(secrets, "auth");
	other_user("serve", stolen, NULL, said);
	sign_in(url, secrets, NULL, reason);
	cr_assert_str_eq(reason, "OK");
	cr_assert_eq(access(stolen, F_OK), 0);
}

static void count(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};

	++*(int *)arg;
	rpc_reply(request, &ok, (struct str){});
}

/* The other user signs in at the real auth with a copy of the gateway's key. */
static void call_with_stolen_key(char said[SIGN_IN_REASON], int *answered)
{
	char keyrings[128], command[512];
	const char *urls[] = {url};
	struct rpc_server_config config = {
		.urls = urls, .n_urls = 1, .ipc_mode = 0666, .on_request = count, .arg = answered};
	struct rpc_server *server;

	snprintf(keyrings, sizeof keyrings, "%s/copied", dir);
	snprintf(command, sizeof command, "mkdir %s && cp -rp %s/gateway %s/", keyrings, secrets,
		 keyrings);
	cr_assert_eq(system(command), 0);
	own_keys_of(keyrings, "gateway");
	cr_assert(is_ok(trust_new(secrets, "auth", &config.trust)));
	cr_assert(is_ok(rpc_server_new(&config, &server)));
	other_user("call", secrets, keyrings, said);
	rpc_server_free(&server);
	trust_free(&config.trust);
}

Test(impostor_socket, a_key_without_its_user_is_not_believed)
{
	char said[SIGN_IN_REASON];
	int answered = 0;

	needs_root();
	call_with_stolen_key(said, &answered);
	cr_assert_str_eq(said, "CALLER_IS_ANOTHER_USER");
	cr_assert_eq(answered, 0);
	cr_assert(was_logged("another user calls with a daemon's token"));
}

Test(impostor_socket, a_key_with_its_user_is_believed)
{
	char said[SIGN_IN_REASON];
	int answered = 0;

	needs_root();
	own_keys_of(secrets, "gateway");
	call_with_stolen_key(said, &answered);
	cr_assert_str_eq(said, "OK");
	cr_assert_eq(answered, 1);
}

/* Also where nobody is root: the rule itself. */
Test(impostor_socket, a_user_who_owns_no_keys_is_no_daemon)
{
	unsigned own = geteuid(), stranger = own + 1;

	cr_assert(peer_uid_may_be(secrets, "auth", own));
	cr_assert_not(peer_uid_may_be(secrets, "auth", stranger));
	cr_assert_not(peer_uid_may_be(secrets, "nobody", stranger));
	cr_assert_not(peer_uid_may_be(secrets, "../auth", stranger));
	cr_assert(peer_uid_may_be(secrets, "auth", 0), "root reads every key");
}

/* Where sockets prove nothing, the log says so. */
Test(impostor_socket, daemons_of_one_user_say_that_sockets_prove_little)
{
	const char *daemons[] = {"auth"};

	peer_uid_report(secrets, daemons, 1);
	cr_assert(was_logged("daemons run as one user"));
}
