/* Schemas as lists of members that open what is inside them. */
import {el, prose} from "./dom.js";

const protections = {phi: "health information", pii: "personal information", secret: "secret"};
const shortName = title => title.split(".").pop().replace(/Input$/, "");

function span(low, high, unit) {
	if (low === undefined && high === undefined) return null;
	if (low === high) return `${low} ${unit}`;
	if (!low && high !== undefined) return `at most ${high.toLocaleString("en-US")} ${unit}`;
	if (high === undefined) return `at least ${low} ${unit}`;
	return `${low} to ${high.toLocaleString("en-US")} ${unit}`;
}

function range(schema) {
	if (schema.minimum !== undefined && schema.maximum !== undefined) return `${schema.minimum} to ${schema.maximum.toLocaleString("en-US")}`;
	if (schema.minimum !== undefined) return `at least ${schema.minimum}`;
	return schema.maximum !== undefined ? `at most ${schema.maximum.toLocaleString("en-US")}` : null;
}

export function limitsOf(schema, items) {
	const text = schema.type === "array" ? items : schema;

	return [
		schema.type === "array" && span(schema.minItems, schema.maxItems, "items"),
		text?.type === "string" && !text.enum && !text.format && span(text.minLength, text.maxLength, "characters"),
		text?.pattern && ["has the form ", el("code", {}, text.pattern.replace(/^\^|\$$/g, ""))],
		range(schema),
	].filter(Boolean);
}

export function typeOf(contract, given) {
	const schema = contract.resolve(given);

	if (schema.type === "array") return `list of ${typeOf(contract, schema.items)}`;
	if (schema.enum) return "one of";
	if (schema.properties) return schema.title ? shortName(schema.title) : "object";
	if (schema.anyOf) return schema.anyOf.map(one => one.format).find(Boolean) || schema.type;
	if (schema.contentEncoding) return schema.contentEncoding;
	return schema.format || schema.type || "any JSON value";
}

/** The words of an enum, with their descriptions when the contract has them. */
function choices(schema) {
	const lines = new Map((schema.words || schema.description || "").split("\n").map(line => /^- `([^`]+)`: (.*)$/.exec(line)).filter(Boolean)
		.map(match => [match[1], match[2]]));

	if (!lines.size) return el("p", {class: "limits"}, schema.enum.map((word, i) => [i ? ", " : "", el("code", {}, word)]));
	return el("dl", {class: "choices"}, schema.enum.map(word => [el("dt", {}, el("code", {}, word)), el("dd", {}, prose(lines.get(word) || ""))]));
}

function inner(contract, schema, depth, isAnswer) {
	const item = schema.type === "array" ? contract.resolve(schema.items) : schema;

	if (item.enum) return choices(schema.type === "array" ? item : {...item, words: schema.words});
	if (!item.properties) return null;
	return el("details", {open: depth < 1}, el("summary", {}, `${Object.keys(item.properties).length} members of ${typeOf(contract, item)}`),
		members(contract, item, isAnswer, depth + 1));
}

/** One parameter or member: its name, type and mark ("required"), what it means, and what is inside. */
export function member(contract, name, given, {mark, note, isAnswer = false, depth = 0}) {
	const target = contract.resolve(given.$ref ? {$ref: given.$ref} : given);
	const schema = {...target, ...(given.$ref ? {description: given.description || target.description, words: target.description} : given)};
	const items = schema.type === "array" ? contract.resolve(schema.items) : null;
	const limits = limitsOf(schema, items);
	const description = (schema.description || "").split("\n")[0];

	return el("li", {class: "member"},
		el("div", {class: "signature"}, el("code", {class: "name"}, name), " ", el("span", {class: "type"}, typeOf(contract, given)),
			note && [" ", el("span", {class: "type"}, note)], mark && [" ", el("span", {class: mark === "required" ? "required" : "type"}, mark)],
			schema["x-sensitivity"] && [" ", el("span", {class: "protected"}, protections[schema["x-sensitivity"]])]),
		description && el("p", {}, prose(description)),
		limits.length > 0 && el("p", {class: "limits"}, limits.map((limit, i) => [i ? "; " : "", limit])),
		schema.externalDocs && el("p", {}, el("a", {href: schema.externalDocs.url}, schema.externalDocs.description), " · ",
			el("a", {href: "#/screener"}, "the format explained")),
		inner(contract, schema, depth, isAnswer));
}

/** A request's members say which are required, an answer's which can be absent. */
export function members(contract, schema, isAnswer, depth = 0) {
	const required = new Set(schema.required || []);
	const markOf = name => isAnswer ? (required.has(name) ? "" : "can be absent") : (required.has(name) ? "required" : "");

	return el("ul", {class: "members"}, Object.entries(schema.properties || {}).map(([name, property]) =>
		member(contract, name, property, {mark: markOf(name), isAnswer, depth})));
}
