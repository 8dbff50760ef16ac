/* Elements without markup: text is always text, so nothing that the API says can become a tag. */

/** el("p", {class: "x", onclick: f}, "text", child, [more]): attributes that are false or absent are left out. */
export function el(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes)) {
		if (value === undefined || value === null || value === false) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
	return element;
}

/** Text in which `words` are code. */
export function prose(text) {
	return text.split(/(`[^`]+`)/).map(part =>
		part.length > 2 && part.startsWith("`") ? el("code", {}, part.slice(1, -1)) : part);
}

/** A button that copies what text() returns and says so. */
export function copyButton(label, text) {
	const button = el("button", {type: "button", class: "small"}, label);

	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(text());
			button.textContent = "Copied";
		} catch {
			button.textContent = "The browser does not allow copying";
		}
		setTimeout(() => { button.textContent = label; }, 1500);
	});
	return button;
}

const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** JSON text with its names, texts, numbers and words in colors of their own. */
export function json(text, label) {
	const code = el("code");
	let end = 0;

	for (const match of text.matchAll(token)) {
		const kind = match[1] ? (match[2] ? "name" : "text") : match[3] ? "word" : "number";

		code.append(text.slice(end, match.index), el("span", {class: `json-${kind}`}, match[1] || match[0]), match[2] || "");
		end = match.index + match[0].length;
	}
	code.append(text.slice(end));
	return el("pre", {tabindex: "0", role: "region", "aria-label": label}, code);
}

export const pretty = value => JSON.stringify(value, null, 2);
