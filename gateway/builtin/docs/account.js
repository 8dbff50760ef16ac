/* Who is signed in. The tokens live in this module alone: no storage, no cookie, no address has them. */
let tokens = null;
let renewsAt = 0;
const listeners = [];

const changed = () => listeners.forEach(listener => listener());

async function ask(path, body) {
	const answer = await fetch(path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
	const content = await answer.json();

	if (!answer.ok) throw new Error(content.detail || content.reason || `Status ${answer.status}`);
	return content;
}

function keep(given) {
	tokens = given;
	/* A minute before the token expires. */
	renewsAt = Date.now() + (given.expiresInSeconds - 60) * 1000;
	changed();
}

export async function signIn(email, password) {
	keep(await ask("/api/auth/login", {email, password}));
}

export async function signOut() {
	const token = tokens?.accessToken;

	tokens = null;
	changed();
	if (token) await fetch("/api/auth/logout", {method: "POST", headers: {Authorization: `Bearer ${token}`, "Content-Type": "application/json"}, body: "{}"});
}

/** The access token, renewed when it is about to expire; null when nobody is signed in. */
export async function bearer() {
	if (tokens && Date.now() > renewsAt) {
		try {
			keep(await ask("/api/auth/refresh", {refreshToken: tokens.refreshToken}));
		} catch {
			tokens = null;
			changed();
		}
	}
	return tokens?.accessToken || null;
}

export const person = () => tokens && {name: tokens.user.name, organization: tokens.organization?.name || "the platform", role: tokens.organization?.role};
export const onChange = listener => listeners.push(listener);
