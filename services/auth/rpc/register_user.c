#include "auth/registration.h"
#include "base/fnv1a.h"
#include "locale/locale.h"

#define DEFAULT_KIND   "pharma"
#define DEFAULT_LOCALE "en-US"

struct registering {
	struct registration *registration;
	struct sign_in who;
	struct q_login_session_row *session;
};

static struct status activate_and_sign_in(struct rpc_call *call, void *arg)
{
	struct registering *state = arg;
	const struct registration *r = state->registration;
	struct q_membership_row *membership;

	TRY(registration_activate(call, r));
	TRY(q_membership(call->tx, r->account, r->organization, &membership));
	if (!membership)
		return FAIL(NO_MEMBERSHIP);
	state->who.membership = membership;
	return session_begin(call, &state->who, &state->session);
}

struct pending {
	const char *email;
	struct q_login_row *account;
};

static struct status read_account(struct rpc_call *call, void *arg)
{
	struct pending *pending = arg;

	return q_login_account(call->tx, pending->email, &pending->account);
}

/*
 * The address is taken – unless by a registration of the same person that was cut
 * off: whoever knows its password goes on with it.
 */
static struct status resume(struct rpc_call *call, const char *password,
			    struct registration *registration)
{
	struct pending pending = {.email = registration->email};
	const struct status taken = FAIL(EMAIL_TAKEN);
	const struct hasher *hasher = &auth_of(call)->hasher;
	struct registration *found;

	TRY(tx_run_as(call, (struct uuid){}, read_account, &pending));
	if (!pending.account || strcmp(pending.account->state, "pending") != 0)
		return taken;
	if (is_failed(credential_check(hasher, 0, pending.account->hash,
				       pending.account->pepper_kid, password)))
		return taken;
	TRY(registration_find(call, pending.account->id, &found));
	if (!found)
		return taken;
	*registration = *found;
	return OK;
}

static struct status begin(struct rpc_call *call, const char *password,
			   struct registration *registration)
{
	struct credential *credential = arena_new_of(call->arena, struct credential);
	const char *network = auth_network(call->arena, call->client_addr);
	struct admission_claim claim;
	struct status st;

	TRY(auth_hash_enter(call, false, &claim));
	st = credential_make(&auth_of(call)->hasher, fnv1a_64(network, strlen(network)), password,
			     credential);
	if (is_ok(st)) {
		registration->credential = credential;
		st = registration_begin(call, registration);
		if (st.code == STATUS_ALREADY_EXISTS)
			st = resume(call, password, registration);
	}
	auth_hash_leave(call, &claim);
	return st;
}

struct status auth_register_user(struct rpc_call *call, const Auth__RegisterUserRequest *req,
				 Auth__TokenResponse *resp)
{
	struct registration registration = {
		.account = uuid_v7(call->now),
		.organization = uuid_v7(call->now),
		.email = auth_email(call->arena, req->email),
		.name = req->name,
		.organization_name = req->organization_name,
		.organization_kind =
			*req->organization_kind ? req->organization_kind : DEFAULT_KIND,
		.locale = *req->locale ? req->locale : DEFAULT_LOCALE,
	};
	struct password_owner owner = {registration.email, req->name, req->organization_name};
	struct registering state = {.registration = &registration};

	if (!locale_is_known(str_of(registration.locale)))
		return call_field_error(call, "locale", "UNKNOWN_LOCALE",
					"must be a language tag such as en-US");
	TRY(auth_check_password(call, req->password, &owner));
	TRY(begin(call, req->password, &registration));
	TRY(registration_make_tenant(call, &registration));
	state.who = (struct sign_in){.account = registration.account,
				     .email = registration.email,
				     .name = registration.name,
				     .created_at = call->now};
	TRY(tx_run_as(call, registration.organization, activate_and_sign_in, &state));
	return session_answer(call, &state.who, state.session, resp);
}
