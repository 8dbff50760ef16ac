/* The form that makes a call. */
import {bearer, onChange, person} from "./account.js";
import {copyButton, el, json, pretty} from "./dom.js";
import {curlLine, send} from "./request.js";

const freshKey = () => crypto.randomUUID?.() || [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");

/** What a parameter holds at first: an example where it must hold something. */
function firstValue(parameter) {
	if (parameter.name === "Idempotency-Key") return parameter.required ? freshKey() : "";
	return "";
}

function control(contract, parameter) {
	const schema = contract.resolve(parameter.schema);
	const item = schema.type === "array" ? contract.resolve(schema.items) : schema;
	const attributes = {name: parameter.name, "data-in": parameter.in, required: parameter.required, autocomplete: "off", spellcheck: "false"};

	if (item.enum && schema.type !== "array")
		return el("select", attributes, el("option", {value: ""}, "—"), item.enum.map(word => el("option", {value: word}, word)));
	if (schema.type === "boolean") return el("select", attributes, ["", "true", "false"].map(word => el("option", {value: word}, word || "—")));
	if (schema.type === "array") return el("textarea", {...attributes, rows: 2, placeholder: "one a line"});
	return el("input", {...attributes, value: firstValue(parameter), placeholder: schema.examples?.[0] ?? schema.format ?? ""});
}

function parameterFields(contract, operation) {
	return operation.parameters.map(parameter => el("label", {}, el("span", {}, el("code", {}, parameter.name), parameter.required && el("span", {class: "required"}, " required")),
		control(contract, parameter),
		parameter.name === "Idempotency-Key" && el("button", {type: "button", class: "small", "data-fresh": true}, "New key")));
}

function bodyField(operation) {
	if (!operation.body) return null;
	const text = pretty(operation.body.example ?? {});

	return el("label", {}, el("span", {}, "Body"), el("textarea", {name: "body", rows: Math.min(18, text.split("\n").length + 1), spellcheck: "false", autocomplete: "off", "aria-describedby": "body-error"}, text),
		el("span", {id: "body-error", class: "wrong", role: "alert"}));
}

function tokenField(operation) {
	if (!operation.raw.security.length) return null;
	const state = el("p", {class: "note", id: "credential-note"});
	const tell = () => {
		const who = person();

		state.textContent = who ? `As ${who.name}, unless another token is given here.` : "Nobody is signed in. Sign in above, or give a token, a key or a session token here.";
	};

	tell();
	onChange(tell);
	return el("div", {}, el("label", {}, el("span", {}, "Token"), el("input", {name: "token", type: "password", autocomplete: "off", "aria-describedby": "credential-note"})), state);
}

function valuesOf(form) {
	const values = {path: {}, query: {}, header: {}, body: form.elements.body?.value || "", token: form.elements.token?.value.trim() || ""};

	for (const field of form.querySelectorAll("[data-in]")) values[field.dataset.in][field.name] = field.value;
	return values;
}

/** Says where the body is no JSON; true when it is. */
function bodyIsRight(form) {
	const field = form.elements.body;

	if (!field) return true;
	let wrong = "";

	try {
		JSON.parse(field.value);
	} catch (error) {
		wrong = `The body is not JSON: ${error.message}`;
	}
	form.querySelector("#body-error").textContent = wrong;
	if (wrong) field.setAttribute("aria-invalid", "true");
	else field.removeAttribute("aria-invalid");
	return !wrong;
}

const size = text => `${new TextEncoder().encode(text).length.toLocaleString("en-US")} bytes`;

function bodyOf(text) {
	if (!text) return el("p", {class: "note"}, "The answer has no body.");
	try {
		return json(pretty(JSON.parse(text)), "The answer");
	} catch {
		return el("pre", {tabindex: "0", role: "region", "aria-label": "The answer"}, text);
	}
}

function showAnswer(answer) {
	const good = answer.status < 400;

	return [
		el("p", {class: "result"}, el("strong", {class: good ? "good" : "bad"}, `${answer.status} ${answer.title}`), ` in ${Math.round(answer.ms)} ms, ${size(answer.text)}`),
		el("details", {}, el("summary", {}, `${answer.headers.length} headers`), el("dl", {class: "headers"}, answer.headers.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))),
		bodyOf(answer.text),
	];
}

function watch(form, operation, curl, result) {
	const refresh = () => { curl.textContent = curlLine(operation, valuesOf(form)); };

	form.addEventListener("input", refresh);
	form.addEventListener("click", event => {
		if (event.target.dataset.fresh === undefined) return;
		event.preventDefault();
		form.elements["Idempotency-Key"].value = freshKey();
		refresh();
	});
	form.addEventListener("submit", async event => {
		event.preventDefault();
		if (!bodyIsRight(form)) return form.elements.body.focus();
		const button = form.querySelector("[type=submit]");

		button.disabled = true;
		result.replaceChildren(el("p", {class: "note"}, "Waiting for the answer…"));
		try {
			const values = valuesOf(form);

			result.replaceChildren(...showAnswer(await send(operation, values, operation.raw.security.length ? values.token || await bearer() : null)));
		} catch (error) {
			result.replaceChildren(el("p", {class: "wrong"}, `No answer came: ${error.message}`));
		}
		button.disabled = false;
	});
	refresh();
}

export function tryPanel(contract, operation) {
	const curl = el("code");
	const result = el("div", {"aria-live": "polite", class: "answer"});
	const form = el("form", {class: "try"}, tokenField(operation), parameterFields(contract, operation), bodyField(operation),
		el("p", {class: "buttons"}, el("button", {type: "submit", class: "primary"}, `Send ${operation.verb.toUpperCase()}`)));

	watch(form, operation, curl, result);
	return [
		el("section", {class: "card", "aria-labelledby": "try"}, el("div", {class: "card-head"}, el("h2", {id: "try"}, "Try it")), form, result),
		el("section", {class: "card", "aria-labelledby": "curl"}, el("div", {class: "card-head"}, el("h2", {id: "curl"}, "In a shell"), copyButton("Copy", () => curl.textContent)),
			el("pre", {tabindex: "0", role: "region", "aria-label": "The call as a curl line"}, curl)),
	];
}
