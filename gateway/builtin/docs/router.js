/* The part of the address behind '#' says what is shown: #/operation/program.GetProgram, #/reasons/RATE_LIMITED. */
export function current() {
	const [, kind = "about", name = ""] = location.hash.split("/");

	return {kind: kind || "about", name: decodeURIComponent(name)};
}

export const linkTo = (kind, name) => name ? `#/${kind}/${encodeURIComponent(name)}` : `#/${kind}`;

/** Calls show() for what the address names, now and whenever it changes. */
export function follow(show) {
	addEventListener("hashchange", () => { if (location.hash.startsWith("#/")) show(current(), true); });
	show(current(), false);
}
