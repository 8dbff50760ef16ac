/* A call as it is sent, and as a line for the shell. */

const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;

/** The address of the operation with the values that were typed; names is what a variable without a value shows. */
export function addressOf(operation, values) {
	const query = new URLSearchParams();
	const path = operation.path.replace(/\{(\w+)\}/g, (whole, name) => values.path[name] ? encodeURIComponent(values.path[name]) : whole);

	for (const [name, value] of Object.entries(values.query))
		for (const one of value.split("\n").map(text => text.trim()).filter(Boolean)) query.append(name, one);
	return path + (query.size ? `?${query}` : "");
}

export function curlLine(operation, values) {
	const lines = [`curl${operation.verb === "get" ? "" : ` -X ${operation.verb.toUpperCase()}`} ${quoted(location.origin + addressOf(operation, values))}`];

	if (operation.raw.security.length) lines.push('-H "Authorization: Bearer $TOKEN"');
	for (const [name, value] of Object.entries(values.header)) if (value) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
	if (operation.body) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(values.body)}`);
	return lines.join(" \\\n  ");
}

/** Sends the call; the answer with the time that it took. Rejects when no answer came. */
export async function send(operation, values, token) {
	const headers = Object.fromEntries(Object.entries(values.header).filter(([, value]) => value));
	const begun = performance.now();

	if (token) headers.Authorization = `Bearer ${token}`;
	if (operation.body) headers["Content-Type"] = "application/json";
	const answer = await fetch(addressOf(operation, values), {
		method: operation.verb.toUpperCase(), headers, body: operation.body ? values.body : undefined, cache: "no-store", credentials: "omit",
	});
	const text = await answer.text();

	return {status: answer.status, title: answer.statusText, ms: performance.now() - begun, headers: [...answer.headers], text};
}
