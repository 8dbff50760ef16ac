/* What a client writes against types that come from openapi.json: sign in, create, list pages, read problems. No cast. */
import createClient from "openapi-fetch";
import account from "./account.json" with {type: "json"};
import type {components, paths} from "./schema";

type Program = components["schemas"]["program.Program"];

function check(holds: boolean, what: string): asserts holds {
	if (!holds) throw new Error(what);
	console.log(`ok ${what}`);
}

const api = createClient<paths>({baseUrl: account.url});
const login = await api.POST("/api/auth/login", {body: {email: account.email, password: account.password}});

check(login.data !== undefined, "signs in");
const token: string = login.data.accessToken;
const seconds: number = login.data.expiresInSeconds;

check(seconds > 0 && login.data.user.emailVerified !== undefined, "reads members that are always there without a question mark");
api.use({onRequest: ({request}) => { request.headers.set("Authorization", `Bearer ${token}`); }});

/* Debian 12's Node.js has no global crypto; a key need only be fresh. */
const freshKey = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

async function create(name: string): Promise<Program> {
	const {data, error} = await api.POST("/api/programs", {
		params: {header: {"Idempotency-Key": freshKey()}},
		body: {name, drug: "rosuvastatin 5 mg", states: ["TX"], timeZone: "America/New_York", attemptsBy: "session"},
	});

	if (!data) throw new Error(error.reason);
	return data;
}

const made: Program[] = [];

for (const name of ["Typed one", "Typed two", "Typed three"]) made.push(await create(name));
check(made.every(program => program.status === "draft" && program.states[0] === "TX"), "creates programs");

const seen = new Set<string>();
let pages = 0;

for (let pageToken = "", more = true; more; pages++) {
	const {data} = await api.GET("/api/programs", {params: {query: {pageSize: 2, pageToken}}});

	if (!data) throw new Error("the list was refused");
	for (const program of data.programs) seen.add(program.id);
	pageToken = data.nextPageToken;
	more = pageToken !== "";
}
check(pages > 1 && made.every(program => seen.has(program.id)), "lists all pages");

const missing = await api.GET("/api/programs/{id}", {params: {path: {id: "01900000-0000-7000-8000-000000000000"}}});

check(missing.error?.reason === "PROGRAM_NOT_FOUND" && missing.error.status === 404, "reads the reason of a problem");

const refused = await api.POST("/api/programs", {body: {name: "", drug: "x".repeat(201)}});
const fields: string[] = (refused.error?.fields ?? []).map(field => `${field.field} ${field.reason}: ${field.message}`);

check(refused.error?.reason === "INVALID_FIELDS" && fields.length === 2, `reads the fields of a problem: ${fields.join("; ")}`);

// @ts-expect-error: a status that no program can have
const wrongStatus = api.GET("/api/programs", {params: {query: {status: "lost"}}});
// @ts-expect-error: a program needs a drug
const wrongBody = api.POST("/api/programs", {body: {name: "No drug"}});

check((await wrongStatus).response.status === 400 && (await wrongBody).response.status === 400, "what does not compile is refused when it is sent all the same");
