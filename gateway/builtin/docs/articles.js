/* Pages beside the operations: introduction, roles, reasons, the format of screeners. */
import {copyButton, el, json, prose} from "./dom.js";
import {markdown} from "./markdown.js";
import {linkTo} from "./router.js";

const examples = {
	phq9: "Depression screening (PHQ-9): a score with bands", audit_c: "Alcohol screening (AUDIT-C): a decision table",
	statin_otc: "Self-selection of a statin: risk, units, resolution by a doctor", patient_assistance: "Free medicine by household income: a reference table, repeating groups",
	copay_card: "A copay card: exclusive options, limits",
};

function table(label, titles, rows) {
	return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label}, el("table", {},
		el("thead", {}, el("tr", {}, titles.map(title => el("th", {scope: "col"}, title)))), el("tbody", {}, rows)));
}

const article = (title, ...content) => el("article", {class: "text"}, el("h1", {}, title), content);

function about(contract) {
	return article("Aegis API", markdown(contract.document.info.description), el("h2", {}, "Operations"),
		contract.tags.map(tag => [el("h3", {}, tag.title), tag.description && el("p", {}, prose(tag.description)),
			table(`Operations: ${tag.title}`, ["Operation", "Method and path"], tag.operations.map(operation => el("tr", {},
				el("td", {}, el("a", {href: linkTo("operation", operation.id)}, operation.summary)),
				el("td", {}, el("span", {class: `verb ${operation.verb}`}, operation.verb.toUpperCase()), " ", el("code", {}, operation.path)))))]),
		el("p", {}, el("a", {href: "/openapi.json"}, "openapi.json"), " has all of this for programs (OpenAPI 3.1)."));
}

function access(contract) {
	const permissions = Object.entries(contract.document["x-permissions"] || {});
	const roles = [...new Set(permissions.flatMap(([, grant]) => grant.roles))];

	return article("Roles, permissions, scopes",
		el("p", {}, "A role is a set of permissions. Each operation names the permission that a signed-in user needs, or the scope that a key needs."),
		table("Permissions and roles", ["Permission", "What it allows", ...roles], permissions.map(([name, grant]) => el("tr", {}, el("th", {scope: "row"}, el("code", {}, name)), el("td", {}, grant.description),
			roles.map(role => el("td", {class: "mark"}, grant.roles.includes(role) ? "yes" : el("span", {class: "hidden"}, "no")))))),
		el("h2", {}, "Scopes of keys"),
		table("Scopes", ["Scope", "What it allows"], Object.entries(contract.document["x-scopes"] || {}).map(([name, grant]) => el("tr", {}, el("th", {scope: "row"}, el("code", {}, name)), el("td", {}, grant.description)))));
}

function reasons(contract) {
	return article("Errors and reasons",
		el("p", {}, "Errors are ", el("code", {}, "application/problem+json"), " (RFC 9457). Programs compare ", el("code", {}, "reason"), ", which never changes."),
		json(JSON.stringify(contract.document.components.examples?.INVALID_FIELDS?.value || {}, null, 2), "An error"),
		table("Reasons", ["Reason", "Status", "What it means, and what to do"], contract.reasons.map(reason => el("tr", {id: reason.name, tabindex: "-1"},
			el("th", {scope: "row"}, el("code", {}, reason.name)), el("td", {}, reason.status), el("td", {}, prose(reason.meaning), el("br"), el("span", {class: "note"}, prose(reason.remedy)))))));
}

async function showExample(name, place) {
	const text = await (await fetch(`/docs/examples/${name}.json`)).text();

	place.replaceChildren(copyButton("Copy the document", () => text), json(text, `Example ${name}`));
}

async function screener() {
	const format = await (await fetch("/docs/screener-format.md")).text();

	return article("The screener format",
		el("p", {}, "A screener is a JSON document. ", el("a", {href: "/docs/screener-1.schema.json"}, "Its JSON Schema"), " helps editors; ",
			el("a", {href: linkTo("operation", "program.ValidateScreener")}, "Validate screener"), " runs every check. The text below is also served as ", el("a", {href: "/docs/screener-format.md"}, "Markdown"), "."),
		el("h2", {}, "Documents that can be published"),
		Object.entries(examples).map(([name, title]) => {
			const place = el("div");

			return el("details", {ontoggle: event => { if (event.target.open && !place.hasChildNodes()) showExample(name, place); }}, el("summary", {}, title),
				el("p", {}, el("a", {href: `/docs/examples/${name}.json`}, `${name}.json`)), place);
		}),
		markdown(format, 1));
}

export const articles = {about, access, reasons, screener};
