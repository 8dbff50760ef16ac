/*
 * The read of the benchmark "read" as it is commonly written for Node: Fastify, pg and
 * ioredis in one process, no daemon behind it.  The same database and role,
 * the same row-level security, the same Redis records and limits, the same tokens.
 *
 * Environment: PEER_PORT, PEER_JWKS (JSON of the key set), PEER_REDIS (socket), PEER_REDIS_PASSWORD,
 * PEER_PG (socket directory), PEER_PG_PASSWORD, PEER_TOKEN_CACHE (1: a token is
 * verified once, as Aegis does it), PEER_CONNECTIONS (10).
 */
import crypto from "node:crypto";
import Fastify from "fastify";
import Redis from "ioredis";
import pg from "pg";

const env = process.env;
const keys = new Map();
for (const jwk of JSON.parse(env.PEER_JWKS).keys)
	keys.set(jwk.kid, crypto.createPublicKey({ key: jwk, format: "jwk" }));

const redis = new Redis({ path: env.PEER_REDIS, username: "operator", password: env.PEER_REDIS_PASSWORD, enableAutoPipelining: true });
redis.defineCommand("admit", {
	numberOfKeys: 3,
	lua: `
		local epoch = redis.call('GET', KEYS[1])
		if not epoch or epoch == '-' then return {0, 0} end
		local t = redis.call('TIME')
		local now = t[1] * 1000000 + t[2]
		local left = 0
		for i = 2, 3 do
			local interval, tolerance = tonumber(ARGV[i * 2 - 3]), tonumber(ARGV[i * 2 - 2])
			local tat = tonumber(redis.call('GET', KEYS[i]) or 0)
			if tat < now then tat = now end
			tat = tat + interval
			left = tolerance - (tat - now)
			if left < 0 then return {0, -left} end
			redis.call('SET', KEYS[i], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
		end
		return {1, left}`,
});

const pool = new pg.Pool({
	host: env.PEER_PG, database: "aegis", user: "aegis_program", password: env.PEER_PG_PASSWORD,
	max: Number(env.PEER_CONNECTIONS || 10),
});

const cache = env.PEER_TOKEN_CACHE === "1" ? new Map() : null;

function decode(part) {
	return JSON.parse(Buffer.from(part, "base64url"));
}

function verified(token) {
	const [head, body, signature] = token.split(".");
	const header = decode(head);
	const key = keys.get(header.kid);
	if (header.alg !== "EdDSA" || !key ||
		!crypto.verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url")))
		return null;
	return decode(body);
}

function claimsOf(token) {
	let claims = cache?.get(token);
	if (!claims) {
		claims = verified(token);
		if (claims) cache?.set(token, claims);
	}
	if (!claims || claims.exp * 1000 < Date.now() || claims.iss !== "aegis" || claims.aud !== "aegis-api")
		return null;
	return claims;
}

const select = {
	name: "program_by_id",
	text: `SELECT id, public_id, name, drug, sponsor, description, status, states, starts_on, ends_on, code_budget,
		published_version, created_at, updated_at, version
		FROM program.program WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL`,
};

async function readProgram(tenant, id) {
	const client = await pool.connect();
	try {
		await client.query("BEGIN");
		await client.query({ name: "tenant", text: "SELECT set_config('app.current_tenant_id', $1, true)", values: [tenant] });
		const { rows } = await client.query({ ...select, values: [tenant, id] });
		await client.query("COMMIT");
		return rows[0];
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	} finally {
		client.release();
	}
}

function present(row) {
	return {
		id: row.id, publicId: row.public_id, name: row.name, drug: row.drug, sponsor: row.sponsor,
		description: row.description, status: row.status, states: row.states, codeBudget: row.code_budget,
		publishedVersion: row.published_version, createdAt: row.created_at.toISOString(),
		updatedAt: row.updated_at.toISOString(), version: row.version,
	};
}

const app = Fastify({ logger: false });

app.get("/api/programs/:id", async (request, reply) => {
	const bearer = request.headers.authorization;
	const claims = bearer?.startsWith("Bearer ") ? claimsOf(bearer.slice(7)) : null;
	if (!claims) return reply.code(401).send({ reason: "TOKEN_INVALID" });
	if (!claims.permissions.includes("programs:read")) return reply.code(403).send({ reason: "PERMISSION_REQUIRED" });
	const [allowed] = await redis.admit(`{${claims.org}}:sess:${claims.sid}`, `{${claims.org}}:peer:${claims.sub}`,
		`{${claims.org}}:peer:all`, 1, 10000000, 1, 10000000);
	if (!allowed) return reply.code(429).send({ reason: "RATE_LIMITED" });
	const row = await readProgram(claims.org, request.params.id);
	if (!row) return reply.code(404).send({ reason: "PROGRAM_NOT_FOUND" });
	return present(row);
});

await app.listen({ host: "127.0.0.1", port: Number(env.PEER_PORT) });
console.log("ready");
