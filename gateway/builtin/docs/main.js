import {onChange, person, signIn, signOut} from "./account.js";
import {articles} from "./articles.js";
import {Contract} from "./contract.js";
import {el} from "./dom.js";
import {showOperation} from "./operation.js";
import {follow} from "./router.js";
import {fillSidebar, markPlace} from "./sidebar.js";

const at = id => document.getElementById(id);
const content = at("content"), sidebar = at("sidebar"), menu = at("menu");

function openMenu(open) {
	menu.setAttribute("aria-expanded", String(open));
	document.body.classList.toggle("menu-open", open);
}

function unknown(name) {
	return el("article", {class: "text"}, el("h1", {}, "There is nothing here"), el("p", {}, `The reference has no page "${name}". The list beside has all of them.`));
}

async function viewOf(contract, place) {
	if (place.kind === "operation") {
		const operation = contract.operations.find(one => one.id === place.name);

		return operation ? showOperation(contract, operation) : unknown(place.name);
	}
	return articles[place.kind] ? articles[place.kind](contract) : unknown(place.kind);
}

/** moved: the reader came by a link, so the focus goes to the new page. */
async function show(contract, place, moved) {
	const view = await viewOf(contract, place);

	content.replaceChildren(view);
	document.title = `${view.querySelector("h1").textContent} · Aegis API`;
	markPlace(sidebar, place);
	openMenu(false);
	const row = place.kind === "reasons" && place.name ? at(place.name) : null;

	if (row) row.classList.add("here");
	if (row) row.scrollIntoView({block: "center"});
	else scrollTo(0, 0);
	if (moved) (row || content).focus({preventScroll: true});
}

function account() {
	const dialog = at("sign-in"), error = at("sign-in-error");
	const tell = () => {
		const who = person();

		at("who").textContent = who ? `${who.name}${who.role ? `, ${who.role}` : ""} of ${who.organization}` : "";
		at("sign").textContent = who ? "Sign out" : "Sign in";
	};

	onChange(tell);
	at("sign").addEventListener("click", () => person() ? signOut() : dialog.showModal());
	at("sign-in-cancel").addEventListener("click", () => dialog.close());
	dialog.addEventListener("close", () => { at("password").value = ""; error.textContent = ""; });
	at("sign-in-form").addEventListener("submit", async event => {
		event.preventDefault();
		error.textContent = "";
		try {
			await signIn(at("email").value, at("password").value);
			dialog.close();
		} catch (problem) {
			error.textContent = problem.message;
		}
	});
}

function colors() {
	const chosen = at("theme");

	chosen.value = localStorage.getItem("theme") || "";
	const apply = () => { document.documentElement.dataset.theme = chosen.value; };

	apply();
	chosen.addEventListener("change", () => { localStorage.setItem("theme", chosen.value); apply(); });
}

async function start() {
	colors();
	account();
	menu.addEventListener("click", () => openMenu(menu.getAttribute("aria-expanded") !== "true"));
	addEventListener("keydown", event => { if (event.key === "Escape") openMenu(false); });
	const answer = await fetch("/openapi.json");

	if (!answer.ok) throw new Error(`status ${answer.status}`);
	const contract = new Contract(await answer.json());

	fillSidebar(sidebar, contract);
	follow((place, moved) => show(contract, place, moved));
}

start().catch(error => { content.replaceChildren(el("p", {class: "wrong", role: "alert"}, `The reference could not be loaded: ${error.message}`)); });
