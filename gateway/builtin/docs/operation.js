/* One operation: what it does, who may call it, what it takes and answers, and how it refuses. */
import {copyButton, el, json, pretty, prose} from "./dom.js";
import {linkTo} from "./router.js";
import {member, members} from "./schema.js";
import {tryPanel} from "./try.js";

const places = {path: "in the path", query: "in the query", header: "as a header"};
const callers = {
	user: "A signed-in user", key: "A key", session: "The consumer of the session, with the session token", admin: "A platform administrator",
};
const classes = {
	read: "reading", write: "changing", auth: "signing in", expensive: "expensive calls", code: "verification codes", refresh: "renewing tokens", none: "no limit",
};

function caller(contract, scheme, names) {
	const [name] = names;
	const grant = name && contract.grant(scheme, name);

	if (!name) return el("li", {}, callers[scheme]);
	return el("li", {}, callers[scheme], scheme === "key" ? " with the scope " : " with the permission ", el("code", {}, name),
		grant && el("p", {class: "note"}, `${grant.description}.`, grant.roles.length > 0 && [" Roles: ", grant.roles.join(", "), "."]));
}

function who(contract, operation) {
	const accepted = operation.raw.security.flatMap(one => Object.entries(one));

	return el("ul", {class: "plain"}, accepted.length ? accepted.map(([scheme, names]) => caller(contract, scheme, names))
		: el("li", {}, "Everybody; no credential is needed"));
}

function facts(contract, operation) {
	const rate = operation.raw["x-rate-class"], ms = operation.raw["x-deadline-ms"], action = operation.raw["x-audit-action"];
	const key = operation.parameters.find(parameter => parameter.name === "Idempotency-Key");
	const rows = [
		["Who may call", who(contract, operation)],
		rate && ["Rate limit", rate === "none" ? "None" : ["Class ", el("code", {}, rate), ` (${classes[rate] || rate}); the header RateLimit of an answer says how many calls are left`]],
		ms && ["Time limit", `${ms / 1000} s`],
		operation.verb !== "get" && operation.id.split(".")[0] !== "gateway"
			&& ["Repeating", key ? ["Send an ", el("code", {}, "Idempotency-Key"), key.required ? " (required)" : " if the call must not have its effect twice"] : "The call takes no Idempotency-Key"],
		action && ["Audit log", ["Recorded as ", el("code", {}, action)]],
	].filter(Boolean);

	return el("dl", {class: "facts"}, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function part(id, title, ...content) {
	return el("section", {"aria-labelledby": id}, el("h2", {id}, title), content);
}

function parameters(contract, operation) {
	if (!operation.parameters.length) return null;
	return part("parameters", "Parameters", el("ul", {class: "members"}, operation.parameters.map(parameter =>
		member(contract, parameter.name, {...parameter.schema, description: parameter.description}, {mark: parameter.required ? "required" : "", note: places[parameter.in]}))));
}

function body(contract, operation) {
	const schema = contract.resolve(operation.body?.schema);

	if (!operation.body || !Object.keys(schema.properties || {}).length) return null;
	return part("body", "Body", el("p", {class: "note"}, "JSON, with these members. Other members are refused."), members(contract, schema, false));
}

function answer(contract, operation) {
	const [status, response] = operation.success;
	const [type, content] = Object.entries(response.content || {})[0] || [];
	const schema = contract.resolve(content?.schema);

	return part("answer", `Answer ${status}`, el("p", {}, prose(response.description || "")),
		type && type !== "application/json" && el("p", {class: "note"}, el("code", {}, type)),
		schema.properties ? members(contract, schema, true) : !content && el("p", {class: "note"}, "The answer has no body."));
}

function refusals(operation) {
	if (!operation.reasons.length) return null;
	const rows = [...operation.reasons].sort((a, b) => a.status.localeCompare(b.status));

	return part("refusals", "Refusals", el("p", {class: "note"}, "Each refusal is ", el("code", {}, "application/problem+json"), ". Compare ", el("code", {}, "reason"), "."),
		el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of refusals"}, el("table", {},
			el("thead", {}, el("tr", {}, ["Status", "Reason", "What it means, and what to do"].map(title => el("th", {scope: "col"}, title)))),
			el("tbody", {}, rows.map(reason => el("tr", {}, el("td", {}, reason.status), el("td", {}, el("a", {href: linkTo("reasons", reason.name)}, el("code", {}, reason.name))),
				el("td", {}, prose(reason.meaning), el("br"), el("span", {class: "note"}, prose(reason.remedy)))))))));
}

function example(operation) {
	const content = Object.values(operation.success[1].content || {})[0];

	if (content?.example === undefined) return null;
	return el("section", {class: "card", "aria-labelledby": "example"}, el("div", {class: "card-head"}, el("h2", {id: "example"}, `Example of an answer, ${operation.success[0]}`),
		copyButton("Copy", () => pretty(content.example))), json(pretty(content.example), "Example of an answer"));
}

export function showOperation(contract, operation) {
	return el("article", {class: "operation"},
		el("div", {class: "about"},
			el("p", {class: "kicker"}, contract.tags.find(tag => tag.name === operation.tag)?.title),
			el("h1", {}, operation.summary),
			el("p", {class: "path"}, el("span", {class: `verb ${operation.verb}`}, operation.verb.toUpperCase()), " ", el("code", {}, operation.path),
				" ", copyButton("Copy path", () => operation.path),
				el("button", {type: "button", class: "small jump", onclick: () => document.getElementById("try").scrollIntoView()}, "Try it")),
			operation.also.length > 0 && el("p", {class: "note"}, "The same call under another path: ", operation.also.map((other, i) => [i ? ", " : "", el("code", {}, other.path)])),
			operation.raw.description && el("p", {class: "lead"}, prose(operation.raw.description)),
			facts(contract, operation), parameters(contract, operation), body(contract, operation), answer(contract, operation), refusals(operation)),
		el("div", {class: "side"}, tryPanel(contract, operation), example(operation)));
}
