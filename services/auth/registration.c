#include "auth/registration.h"

#include "auth/expiry.h"
#include "auth/verification.h"
#include "base/log.h"
#include "contract/manifest.h"
#include <aegis/tenant/v1/tenant.aegis.h>

/* Longer than the call that began it may take, so that they do not do it twice. */
#define JOB_AFTER	SECONDS(15)
#define PERMISSIONS_MAX 64
#define OWNER		"owner"
#define FIRST_EPOCH	1

static struct status write_pending(struct rpc_call *call, void *arg)
{
	const struct registration *r = arg;
	int64_t inserted;

	TRY(q_insert_account(call->tx, &inserted, .id = r->account, .email = r->email,
			     .name = r->name, .locale = r->locale,
			     .expires_at = call->now + REGISTRATION_TTL, .now = call->now));
	if (!inserted)
		return FAIL(EMAIL_TAKEN);
	TRY(q_put_credential(call->tx, .account = r->account, .hash = r->credential->hash,
			     .pepper_kid = r->credential->pepper_kid, .now = call->now));
	TRY(q_insert_registration(call->tx, .account = r->account, .organization = r->organization,
				  .organization_name = r->organization_name,
				  .organization_kind = r->organization_kind, .locale = r->locale,
				  .now = call->now));
	return svc_job_add(call, &(struct job_out){.kind = JOB_REGISTER,
						   .id = r->account,
						   .payload = {(const char *)r->account.bytes, 16},
						   .run_at = call->now + JOB_AFTER});
}

struct status registration_begin(struct rpc_call *call, const struct registration *registration)
{
	return tx_run_as(call, registration->organization, write_pending, (void *)registration);
}

static Tenant__TenantKind kind_of(const char *text)
{
	if (strcmp(text, "clinic") == 0)
		return TENANT__TENANT_KIND__CLINIC;
	if (strcmp(text, "facility") == 0)
		return TENANT__TENANT_KIND__FACILITY;
	return TENANT__TENANT_KIND__PHARMA;
}

struct status registration_make_tenant(struct rpc_call *call,
				       const struct registration *registration)
{
	Tenant__CreateTenantRequest req = TENANT__CREATE_TENANT_REQUEST__INIT;
	Tenant__CreateTenantResponse *resp;
	struct uuid outer = call->tenant;
	struct status st;

	req.id = uuid_text(call->arena, registration->organization);
	req.name = registration->organization_name;
	req.kind = kind_of(registration->organization_kind);
	req.owner_user_id = uuid_text(call->arena, registration->account);
	req.owner_email = registration->email;
	req.owner_name = registration->name;
	/* The envelope names the tenant that is to be. */
	call->tenant = registration->organization;
	st = call_tenant_create_tenant(call, &req, &resp);
	call->tenant = outer;
	return st;
}

static struct text_list owner_permissions(struct arena *arena)
{
	const char **names = arena_array_of(arena, const char *, PERMISSIONS_MAX);
	size_t n = contract_role_permissions(OWNER, names, PERMISSIONS_MAX);

	return (struct text_list){names, n < PERMISSIONS_MAX ? n : PERMISSIONS_MAX};
}

struct status registration_activate(struct rpc_call *call, const struct registration *registration)
{
	int64_t written;

	TRY(q_activate_account(call->tx, registration->account, call->now, &written));
	if (!written)
		return OK;
	TRY(q_insert_organization(call->tx, registration->organization,
				  registration->organization_name));
	TRY(q_put_membership(call->tx, &written, .account = registration->account,
			     .organization = registration->organization, .role = OWNER,
			     .permissions = owner_permissions(call->arena), .epoch = FIRST_EPOCH,
			     .active = true, .now = call->now));
	TRY(q_delete_registration(call->tx, registration->account));
	return verification_send(call, registration);
}

struct search {
	struct uuid account;
	struct q_registration_row *row;
};

static struct status read_registration(struct rpc_call *call, void *arg)
{
	struct search *search = arg;

	return q_registration(call->tx, search->account, &search->row);
}

struct status registration_find(struct rpc_call *call, struct uuid account,
				struct registration **out)
{
	struct search search = {.account = account};

	*out = NULL;
	TRY(tx_run_as(call, (struct uuid){}, read_registration, &search));
	if (!search.row)
		return OK;
	*out = arena_new_of(call->arena, struct registration);
	**out = (struct registration){
		.account = search.row->account_id,
		.organization = search.row->organization_id,
		.email = search.row->email,
		.name = search.row->name,
		.organization_name = search.row->organization_name,
		.organization_kind = search.row->organization_kind,
		.locale = search.row->locale,
	};
	return OK;
}

static struct status finish(struct rpc_call *call, void *arg)
{
	TRY(registration_activate(call, arg));
	return svc_job_done(call);
}

static struct status forget(struct rpc_call *call, void *arg)
{
	const struct registration *r = arg;
	int64_t written;

	TRY(q_discard_account(call->tx, r->account, &written));
	return svc_job_done(call);
}

struct status registration_discard_tenant(struct rpc_call *call, struct uuid organization)
{
	Tenant__DiscardTenantRequest req = TENANT__DISCARD_TENANT_REQUEST__INIT;
	Tenant__DiscardTenantResponse *resp;
	struct uuid outer = call->tenant;
	struct status st;

	req.id = uuid_text(call->arena, organization);
	call->tenant = organization;
	st = call_tenant_discard_tenant(call, &req, &resp);
	call->tenant = outer;
	return st;
}

static struct status take_back(struct rpc_call *call, const struct registration *registration)
{
	TRY(registration_discard_tenant(call, registration->organization));
	return tx_run(call, forget, (void *)registration);
}

/* Would asking again give the same answer? */
static bool is_final(struct status st)
{
	return st.code == STATUS_INVALID_ARGUMENT || st.code == STATUS_FAILED_PRECONDITION ||
	       st.code == STATUS_ALREADY_EXISTS;
}

struct status registration_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct registration *registration;
	struct uuid account;
	struct status st;

	if (job->payload.len != sizeof account.bytes)
		return FAIL(JOB_PAYLOAD);
	memcpy(account.bytes, job->payload.ptr, sizeof account.bytes);
	TRY(registration_find(call, account, &registration));
	if (!registration)
		return OK;
	st = registration_make_tenant(call, registration);
	if (is_ok(st))
		return tx_run(call, finish, registration);
	if (!is_final(st))
		return st;
	log_warn("a registration is taken back", KV_STATUS(st));
	return take_back(call, registration);
}
