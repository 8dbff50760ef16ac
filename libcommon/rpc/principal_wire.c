#include "rpc/principal_wire.h"

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "rpc/pb_arena.h"

#define ITEMS_MAX 1000

static ProtobufCBinaryData id_bytes(const struct uuid *id)
{
	if (uuid_is_nil(*id))
		return (ProtobufCBinaryData){};
	return (ProtobufCBinaryData){.len = 16, .data = (uint8_t *)(uintptr_t)id->bytes};
}

static bool take_id(ProtobufCBinaryData bytes, struct uuid *out)
{
	*out = (struct uuid){};
	if (bytes.len == 16)
		memcpy(out->bytes, bytes.data, 16);
	return bytes.len == 16 || bytes.len == 0;
}

static bool take_list(const char *const *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!utf8_is_valid(items[i], strlen(items[i])))
			return false;
	return n <= ITEMS_MAX;
}

struct str principal_pack(struct arena *arena, const struct principal *p)
{
	Rpc__Principal m = RPC__PRINCIPAL__INIT;
	uint8_t *out;

	m.kind = (Rpc__Principal__Kind)p->kind;
	m.id = id_bytes(&p->id);
	m.tenant_id = id_bytes(&p->tenant);
	m.workspace_id = id_bytes(&p->workspace);
	m.session_id = id_bytes(&p->session);
	m.partner_id = id_bytes(&p->partner);
	m.role = p->role ? p->role : "";
	m.label = p->label ? p->label : "";
	m.permissions = (const char **)(uintptr_t)p->permissions;
	m.n_permissions = p->n_permissions;
	m.scopes = (const char **)(uintptr_t)p->scopes;
	m.n_scopes = p->n_scopes;
	m.epoch = p->epoch;
	m.issued_at = p->issued_at;
	m.expires_at = p->expires_at;
	m.verified = p->verified;
	m.audience = p->audience ? p->audience : "";
	out = arena_alloc(arena, rpc__principal__get_packed_size(&m));
	return (struct str){(const char *)out, rpc__principal__pack(&m, out)};
}

bool principal_unpack(struct arena *arena, struct str bytes, struct principal *out)
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);
	const Rpc__Principal *m =
		rpc__principal__unpack(&allocator, bytes.len, (const uint8_t *)bytes.ptr);

	if (!m || m->kind < RPC__PRINCIPAL__KIND__ANONYMOUS ||
	    m->kind > RPC__PRINCIPAL__KIND__ADMIN)
		return false;
	*out = (struct principal){
		.kind = (enum principal_kind)m->kind,
		.role = m->role,
		.permissions = m->permissions,
		.n_permissions = m->n_permissions,
		.scopes = m->scopes,
		.n_scopes = m->n_scopes,
		.epoch = m->epoch,
		.issued_at = m->issued_at,
		.expires_at = m->expires_at,
		.verified = m->verified,
		.audience = m->audience,
		.label = m->label,
	};
	return take_id(m->id, &out->id) && take_id(m->tenant_id, &out->tenant) &&
	       take_id(m->workspace_id, &out->workspace) && take_id(m->session_id, &out->session) &&
	       take_id(m->partner_id, &out->partner) &&
	       take_list(out->permissions, out->n_permissions) &&
	       take_list(out->scopes, out->n_scopes) &&
	       utf8_is_valid(out->role, strlen(out->role)) &&
	       utf8_is_valid(out->label, strlen(out->label)) &&
	       utf8_is_valid(out->audience, strlen(out->audience));
}
