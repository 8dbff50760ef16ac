/*
 * The same screener documents in JavaScript, the counterpart of screener_bench.c:
 * "node screener.mjs CASE DOCUMENT ANSWERS MILLISECONDS" prints the same line.
 *
 *   check-…     the outcome and the truth of every rule for each answers
 *   json-logic  rules by json-logic-js
 *   closures    rules and cells compiled to closures, each calling the next
 *   source      ... to the source text of one function, which is as fast as JavaScript gets
 *   trace       closures, and a trace of outcome, values and rules by JSON.stringify
 *   json        JSON.parse of the document
 *
 * All of them know true and false only: an unanswered question is none of their business.
 */
import fs from "node:fs";

const [what, documentPath, answersPath, milliseconds] = process.argv.slice(2);
const text = fs.readFileSync(documentPath, "utf8");
const doc = JSON.parse(text);
const people = what === "json" ? [null] : JSON.parse(fs.readFileSync(answersPath, "utf8"));
const severity = Object.fromEntries(doc.outcomes.map((outcome) => [outcome.id, outcome.severity]));

/* A cell of a decision table as a rule in JSON Logic's notation; null for "-". */
function ruleOfCell(cell, input) {
	if (cell === "-") return null;
	const not = /^not\((.*)\)$/.exec(cell);
	if (not) return { "!": [ruleOfCell(not[1], input)] };
	const interval = /^([[(])(.*)\.\.(.*)([\])])$/.exec(cell);
	if (interval) {
		const [, open, low, high, close] = interval;
		return { and: [{ [open === "[" ? ">=" : ">"]: [input, JSON.parse(low)] },
			       { [close === "]" ? "<=" : "<"]: [input, JSON.parse(high)] }] };
	}
	const order = /^(<=|>=|<|>) ?(.*)$/.exec(cell);
	if (order) return { [order[1]]: [input, JSON.parse(order[2])] };
	const values = JSON.parse(`[${cell}]`);
	return values.length === 1 ? { "==": [input, values[0]] } : { in: [input, values] };
}

function rulesOf(document) {
	if (document.rules) return document.rules.filter((rule) => !rule.else);
	const inputs = document.decision.inputs.map((input) => input.rule);
	return document.decision.rows.map((row) => ({
		id: row.id, then: row.then,
		if: { and: row.when.map((cell, i) => ruleOfCell(cell, inputs[i])).filter((rule) => rule !== null) },
	}));
}

const operators = {
	"<": (a, b) => (d) => a(d) < b(d), "<=": (a, b) => (d) => a(d) <= b(d), ">": (a, b) => (d) => a(d) > b(d),
	">=": (a, b) => (d) => a(d) >= b(d), "==": (a, b) => (d) => a(d) === b(d), "!=": (a, b) => (d) => a(d) !== b(d),
	"!": (a) => (d) => !a(d),
	in: (a, b) => { const list = b(); return (d) => list.includes(a(d)); },
	and: (...all) => (d) => { for (const one of all) if (!one(d)) return false; return true; },
	or: (...all) => (d) => { for (const one of all) if (one(d)) return true; return false; },
};

function closure(rule) {
	if (rule === null || typeof rule !== "object" || Array.isArray(rule)) return () => rule;
	const [[name, args]] = Object.entries(rule);
	if (name === "var") return (d) => d[args];
	return operators[name](...[].concat(name === "in" ? args.slice(0, 1) : args).map(closure), ...(name === "in" ? [() => args[1]] : []));
}

function source(rule) {
	if (rule === null || typeof rule !== "object") return JSON.stringify(rule);
	if (Array.isArray(rule)) return JSON.stringify(rule);
	const [[name, args]] = Object.entries(rule);
	if (name === "var") return `d[${JSON.stringify(args)}]`;
	if (name === "!") return `!(${source([].concat(args)[0])})`;
	if (name === "in") return `(${args[1].map((one) => `${source(args[0])}===${JSON.stringify(one)}`).join("||")})`;
	const joined = { and: "&&", or: "||", "==": "===", "!=": "!==" }[name] ?? name;
	return args.length ? `(${args.map(source).join(joined)})` : "true";
}

const rules = rulesOf(doc);
const otherwise = doc.rules?.find((rule) => rule.else)?.then ?? "-";
const first = doc.hit_policy === "first";

/* test(rule index, answers) for each; truths are kept where a trace shall show them. */
function decide(tests, answers, truths) {
	let best = null;
	for (let i = 0; i < tests.length; i++) {
		const truth = Boolean(tests[i](answers));
		if (truths) truths[i] = truth;
		if (!truth || (first && best !== null)) continue;
		if (best === null || (!first && severity[rules[i].then] > severity[best])) best = rules[i].then;
		if (first && !truths) return best;
	}
	return best ?? otherwise;
}

async function prepare(how) {
	if (how === "json-logic") {
		const { default: logic } = await import("json-logic-js");
		const tests = rules.map((rule) => (answers) => logic.apply(rule.if, answers));
		return (answers, truths) => decide(tests, answers, truths);
	}
	if (how === "source") {
		const lines = rules.map((rule, i) => (first ? `if(${source(rule.if)})return ${JSON.stringify(rule.then)};`
			: `if(${source(rule.if)}&&${severity[rule.then]}>s){s=${severity[rule.then]};best=${JSON.stringify(rule.then)};}`));
		const whole = new Function("d", `let s=-1,best=${JSON.stringify(otherwise)};${lines.join("\n")}return best;`);
		const each = new Function("d", `return [${rules.map((rule) => source(rule.if)).join(",")}];`);
		return (answers, truths) => { if (truths) each(answers).forEach((truth, i) => { truths[i] = truth; }); return whole(answers); };
	}
	const tests = rules.map((rule) => closure(rule.if));
	return (answers, truths) => decide(tests, answers, truths);
}

function traced(evaluate) {
	return (answers) => {
		const truths = new Array(rules.length);
		const outcome = evaluate(answers, truths);
		return JSON.stringify({ outcome, values: answers, rules: rules.map((rule, i) => ({ id: rule.id, truth: truths[i] })) });
	};
}

function measure(run, ms) {
	const batches = [];
	const warm = performance.now() + ms / 2;
	const end = warm + ms;
	let at = 0, size = 1, sink = 0, now = performance.now(), before = null, runs = 0;
	while (now < end) {
		const start = now;
		for (let i = 0; i < size; i++) {
			sink += run(people[at]) ? 1 : 0;
			at = at + 1 < people.length ? at + 1 : 0;
		}
		now = performance.now();
		if (now - start < 0.2) size *= 2;
		else if (now > warm) {
			batches.push((now - start) * 1000 / size);
			before ??= process.cpuUsage();
			if (batches.length > 1) runs += size;
		}
	}
	batches.sort((a, b) => a - b);
	const { user, system } = process.cpuUsage(before);
	return { us: batches[batches.length >> 1], cpu_us: (user + system) / runs, sink: sink > 0 };
}

if (what.startsWith("check-")) {
	const evaluate = await prepare(what.slice("check-".length));
	for (const answers of people) {
		const truths = new Array(rules.length);
		const outcome = evaluate(answers, truths);
		const shown = truths.map((truth) => (truth ? "t" : "f")).join("");
		const others = doc.rules?.some((rule) => rule.else) ? (truths.some(Boolean) ? "f" : "t") : "";
		console.log(`${outcome} ${shown}${others}`);
	}
} else {
	const evaluate = what === "json" ? () => JSON.parse(text) : what === "trace" ? traced(await prepare("closures")) : await prepare(what);
	console.log(JSON.stringify(measure((answers) => evaluate(answers), Number(milliseconds))));
}
