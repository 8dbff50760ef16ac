/* The list of everything, and the search in it. */
import {el} from "./dom.js";
import {linkTo} from "./router.js";

const articles = [["about", "Introduction"], ["access", "Roles, permissions, scopes"], ["reasons", "Errors and reasons"], ["screener", "The screener format"]];

function link(kind, name, ...content) {
	return el("li", {}, el("a", {href: linkTo(kind, name), "data-place": `${kind}/${name || ""}`}, content));
}

function entry(operation) {
	const item = link("operation", operation.id, el("span", {class: `verb ${operation.verb}`}, operation.verb.toUpperCase()), " ", operation.summary);

	item.dataset.text = operation.text;
	return item;
}

function sectionOf(tag) {
	return el("section", {}, el("h2", {}, tag.title), el("ul", {}, tag.operations.map(entry)));
}

/** Every word that is typed must occur. */
function filter(nav, typed, status) {
	const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
	let found = 0;

	for (const section of nav.querySelectorAll("section")) {
		let any = false;

		for (const item of section.querySelectorAll("li")) {
			item.hidden = !wanted.every(word => item.dataset.text.includes(word));
			any ||= !item.hidden;
			found += item.hidden ? 0 : 1;
		}
		section.hidden = !any;
	}
	status.textContent = wanted.length ? `${found} ${found === 1 ? "operation" : "operations"} found` : "";
}

export function fillSidebar(nav, contract) {
	const status = el("p", {role: "status", class: "found"});
	const search = el("input", {type: "search", autocomplete: "off", spellcheck: "false", placeholder: "Path, word, permission, reason"});

	search.addEventListener("input", () => filter(nav, search.value, status));
	nav.append(el("label", {class: "search"}, "Search ", el("kbd", {"aria-hidden": "true"}, "/"), search), status,
		el("ul", {class: "articles"}, articles.map(([kind, title]) => link(kind, "", title))), ...contract.tags.map(sectionOf));
	addEventListener("keydown", event => {
		const typing = event.target.closest?.("input, textarea, select, dialog");

		if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
		event.preventDefault();
		search.focus();
	});
}

export function markPlace(nav, {kind, name}) {
	for (const anchor of nav.querySelectorAll("a")) {
		const here = anchor.dataset.place === `${kind}/${kind === "operation" ? name : ""}`;

		if (here) anchor.setAttribute("aria-current", "page");
		else anchor.removeAttribute("aria-current");
		if (here) anchor.scrollIntoView({block: "nearest"});
	}
}
