/*
 * A local user who binds a daemon's socket gets no password, and one who has a daemon's
 * key is not that daemon.  The other user is a process of uid 65534.
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

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "rpc/client.h"
#include "rpc/peer_uid.h"
#include "rpc/server.h"
#include "rpc/trust.h"

#define OTHER_USER 65534u
#define PASSWORD   "violet-harbour-93-lantern"

static char dir[] = "/tmp/aegis-impostor-XXXXXX";
static char secrets[64], url[64], stolen[64], log_path[64];
static pid_t other;

static const struct rpc_method login = {
	.name = "LoginUser", .full_name = "test/LoginUser", .id = 42, .policy.deadline_ms = 1500};

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
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(impostor_socket, .init = set_up, .fini = tear_down, .timeout = 60);

/* Writes down what it is sent, and says yes to everything. */
static void steal(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};
	int fd = open(stolen, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	(void)arg;
	if (write(fd, request->payload.ptr, request->payload.len) < 0)
		abort();
	close(fd);
	rpc_reply(request, &ok, (struct str){});
}

static struct rpc_server *serve(struct trust *trust)
{
	const char *urls[] = {url};
	const struct rpc_server_config config = {
		.urls = urls, .n_urls = 1, .ipc_mode = 0666, .trust = trust, .on_request = steal};
	struct rpc_server *server = NULL;

	return is_ok(rpc_server_new(&config, &server)) ? server : NULL;
}

/* The password to "auth", as the gateway; the status, or that it was never sent. */
static struct status sign_in(const struct key *key, bool wait)
{
	const char *urls[] = {url};
	const struct rpc_peer peer = {"auth", urls, 1};
	const struct rpc_client_config config = {.daemon = "gateway",
						 .service_key = key,
						 .secrets_dir = secrets,
						 .peers = &peer,
						 .n_peers = 1};
	struct rpc_header header = {};
	struct rpc_client *client;
	struct rpc_result *result;
	static char reason[64];
	struct status st;

	if (is_failed(rpc_client_new(&config, &client)))
		abort();
	if (wait)
		(void)rpc_client_wait(client, "auth", 1, 5000);
	result = rpc_call_blocking(client, "auth", &login, &header,
				   (struct rpc_body){.bytes = STR(PASSWORD)});
	st = result->header.status;
	snprintf(reason, sizeof reason, "%s", st.reason ? st.reason : "");
	st.reason = reason;
	rpc_result_free(&result);
	rpc_client_free(&client);
	return st;
}

/* Runs fn as another user, before this process has threads; it reports with one byte. */
static int as_other_user(void (*fn)(int report))
{
	int report[2];

	cr_assert_eq(pipe2(report, O_CLOEXEC), 0);
	other = fork();
	cr_assert_geq(other, 0);
	if (other == 0) {
		if (setgid(OTHER_USER) != 0 || setuid(OTHER_USER) != 0)
			_exit(1);
		fn(report[1]);
		_exit(0);
	}
	close(report[1]);
	return report[0];
}

static void needs_root(void)
{
	if (geteuid() != 0)
		cr_skip_test("only root can be another user");
}

static void own_keys_of(const char *daemon, unsigned uid)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", secrets, daemon);
	cr_assert_eq(chown(path, uid, uid), 0);
}

static void tell(int report)
{
	if (write(report, "x", 1) != 1)
		_exit(1);
}

static char told(int report)
{
	char byte = 0;

	cr_assert_eq(read(report, &byte, 1), 1);
	return byte;
}

static void be_auth(int report)
{
	if (!serve(NULL))
		_exit(1);
	tell(report);
	for (;;)
		pause();
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
	struct status st;

	needs_root();
	told(as_other_user(be_auth));
	st = sign_in(NULL, false);
	cr_assert_eq(st.code, STATUS_UNAVAILABLE, "%s", st.reason);
	cr_assert_eq(access(stolen, F_OK), -1, "the impostor was sent something");
	cr_assert(was_logged("another user listens on a daemon's socket"));
}

/* The same process is auth once the keys say so: nothing else tells it from the impostor. */
Test(impostor_socket, the_owner_of_the_key_folder_is_the_daemon)
{
	struct status st;

	needs_root();
	own_keys_of("auth", OTHER_USER);
	told(as_other_user(be_auth));
	st = sign_in(NULL, true);
	cr_assert(is_ok(st), "%s", st.reason);
	cr_assert_eq(access(stolen, F_OK), 0);
}

static const struct key *gateways_key;

/* With the gateway's real key in hand: how the call ended, as its first letter. */
static void be_gateway(int report)
{
	struct status st;
	char ready;

	if (read(STDIN_FILENO, &ready, 1) != 1)
		_exit(1);
	st = sign_in(gateways_key, true);
	if (write(report, is_ok(st) ? "ok" : st.reason, 2) != 2)
		_exit(1);
}

static char call_as_other_user(void)
{
	struct rpc_server *server;
	struct keyring *keys;
	struct trust *trust;
	int go[2], report;
	char verdict;

	cr_assert(is_ok(keyring_open(secrets, "gateway", &keys)));
	gateways_key = keyring_newest(keys, KEY_SERVICE);
	cr_assert_eq(pipe(go), 0);
	cr_assert_eq(dup2(go[0], STDIN_FILENO), STDIN_FILENO);
	report = as_other_user(be_gateway);
	cr_assert(is_ok(trust_new(secrets, "auth", &trust)));
	server = serve(trust);
	cr_assert_not_null(server);
	cr_assert_eq(write(go[1], "x", 1), 1);
	verdict = told(report);
	rpc_server_free(&server);
	trust_free(&trust);
	keyring_free(&keys);
	return verdict;
}

Test(impostor_socket, a_key_without_its_user_is_not_believed)
{
	needs_root();
	cr_assert_eq(call_as_other_user(), 'C', "CALLER_IS_ANOTHER_USER");
	cr_assert_eq(access(stolen, F_OK), -1);
	cr_assert(was_logged("another user calls with a daemon's token"));
}

Test(impostor_socket, a_key_with_its_user_is_believed)
{
	needs_root();
	own_keys_of("gateway", OTHER_USER);
	cr_assert_eq(call_as_other_user(), 'o');
	cr_assert_eq(access(stolen, F_OK), 0);
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
