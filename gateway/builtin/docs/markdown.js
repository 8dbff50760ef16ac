/* The Markdown that the contract and FORMAT.md use, as elements: headings, paragraphs, lists, tables, code. */
import {el, json} from "./dom.js";

const spans = /(`[^`]+`)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const slug = text => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

function inline(text) {
	const parts = [];
	let end = 0;

	for (const match of text.matchAll(spans)) {
		parts.push(text.slice(end, match.index));
		if (match[1]) parts.push(el("code", {}, match[1].slice(1, -1)));
		else if (match[2]) parts.push(el("strong", {}, inline(match[2])));
		else if (match[3]) parts.push(el("em", {}, inline(match[3])));
		else parts.push(/^(https?:|\/|#)/.test(match[5]) ? el("a", {href: match[5]}, match[4]) : match[4]);
		end = match.index + match[0].length;
	}
	return [...parts, text.slice(end)];
}

/** The cells of a line of a table: '|' inside code, and behind a '\', is text. */
function cells(line) {
	const found = [""];
	let code = false;

	for (let i = 0; i < line.length; i++) {
		if (line[i] === "`") code = !code;
		if (line[i] === "\\" && line[i + 1] === "|") found[found.length - 1] += line[++i];
		else if (line[i] === "|" && !code) found.push("");
		else found[found.length - 1] += line[i];
	}
	return found.slice(1, line.trimEnd().endsWith("|") ? -1 : undefined).map(cell => cell.trim());
}

function table(lines, label) {
	const [head, , ...rows] = lines.map(cells);

	return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label}, el("table", {},
		el("thead", {}, el("tr", {}, head.map(cell => el("th", {scope: "col"}, cell ? inline(cell) : el("span", {class: "hidden"}, "Meaning"))))),
		el("tbody", {}, rows.map(row => el("tr", {}, row.map(cell => el("td", {}, inline(cell))))))));
}

function list(lines, ordered) {
	const items = [];

	for (const line of lines) {
		const start = /^(?:[-*]|\d+\.)\s+(.*)$/.exec(line);

		if (start) items.push(start[1]);
		else items[items.length - 1] += ` ${line.trim()}`;
	}
	return el(ordered ? "ol" : "ul", {}, items.map(item => el("li", {}, inline(item))));
}

/** Lines from at on while they go on with the block that begins there. */
function take(lines, at, goesOn) {
	let end = at + 1;

	while (end < lines.length && goesOn(lines[end])) end++;
	return lines.slice(at, end);
}

const isItem = line => /^([-*]|\d+\.)\s/.test(line);
const isPlain = line => line.trim() !== "" && !/^(#|```|\|)/.test(line) && !isItem(line);

/** raise: how many levels a heading sinks, so that the page keeps one h1. */
export function markdown(text, raise = 0) {
	const lines = text.split("\n"), out = [];
	let heading = "Content", tables = 0;

	for (let at = 0; at < lines.length;) {
		const line = lines[at], title = /^(#+)\s+(.*)$/.exec(line);
		let block = [line];

		if (title) {
			heading = title[2];
			out.push(el(`h${Math.min(6, title[1].length + raise)}`, {id: slug(heading)}, inline(heading)));
		} else if (line.startsWith("```")) {
			block = take(lines, at, next => !next.startsWith("```"));
			out.push(json(block.slice(1).join("\n"), `Example ${++tables}: ${heading}`));
			block = [...block, ""];
		} else if (line.startsWith("|")) {
			block = take(lines, at, next => next.startsWith("|"));
			out.push(table(block, `Table ${++tables}: ${heading}`));
		} else if (isItem(line)) {
			block = take(lines, at, next => isItem(next) || /^\s+\S/.test(next));
			out.push(list(block, /^\d/.test(line)));
		} else if (line.trim()) {
			block = take(lines, at, isPlain);
			out.push(el("p", {}, inline(block.join(" "))));
		}
		at += block.length;
	}
	return out;
}
