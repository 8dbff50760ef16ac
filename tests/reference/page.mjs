import {readFileSync, writeFileSync} from "node:fs";
import puppeteer from "puppeteer-core";

const account = JSON.parse(readFileSync("page.json", "utf8"));
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const contract = await (await fetch(`${account.url}/openapi.json`)).json();
const operations = Object.values(contract.paths).flatMap(item => Object.values(item)).map(operation => operation.operationId);
const browser = await puppeteer.launch({executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]});
const wrong = [];

function check(holds, what) {
	console.log(`${holds ? "ok" : "NOT"} ${what}`);
	if (!holds) wrong.push(what);
}

/* A page that notes what a browser complains of, and every address that it asks. */
async function open(hash, {width = 1440, height = 900, scheme = "light"} = {}) {
	const page = await browser.newPage();

	page.on("console", message => { if (["error", "warn"].includes(message.type()) && !/status of (4|5)/.test(message.text())) wrong.push(`${hash}: ${message.text()}`); });
	page.on("pageerror", error => wrong.push(`${hash}: ${error.message}`));
	page.on("request", request => { if (!request.url().startsWith(account.url)) wrong.push(`${hash} asks ${request.url()}`); });
	await page.setViewport({width, height});
	await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
	await page.goto(`${account.url}/docs${hash}`, {waitUntil: "networkidle0"});
	await page.waitForSelector("h1");
	return page;
}

async function searched(page, where) {
	await page.evaluate(axe);
	const {violations} = await page.evaluate(() => globalThis.axe.run());

	for (const violation of violations) wrong.push(`${where}: ${violation.id}: ${violation.nodes[0].html.slice(0, 120)}`);
	return violations.length;
}

const views = ["#/about", "#/access", "#/reasons/RATE_LIMITED", "#/screener", "#/operation/auth.LoginUser", "#/operation/program.ListPrograms",
	"#/operation/consumer.PutAnswers", "#/operation/consumer.CreatePartnerKey", "#/operation/nothing"];

let violations = 0;

for (const hash of views)
	for (const look of [{scheme: "light"}, {scheme: "dark", width: 390, height: 800}]) {
		const page = await open(hash, look);

		violations += await searched(page, `${hash} ${look.scheme}`);
		check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${hash} needs no sideways scrolling at ${look.width || 1440}`);
		await page.close();
	}
check(violations === 0, `axe finds nothing in ${views.length} views, light and dark, wide and narrow`);

const page = await open("#/about");

for (const id of operations) {
	await page.evaluate(one => { location.hash = `#/operation/${one}`; }, id);
	await page.waitForFunction(one => document.querySelector(".operation h1") && location.hash.endsWith(one) && document.activeElement.id === "content", {}, id);
	if (await page.$eval("main", main => main.textContent.includes("undefined") || main.textContent.includes("[object"))) wrong.push(`${id} shows undefined`);
	await page.evaluate(() => document.activeElement.blur());
}
check(operations.length > 90, `all ${operations.length} operations are shown`);

/* By keyboard alone. */
const typed = async text => page.keyboard.type(text);

await page.keyboard.press("/");
await typed("programs:write idempotency-key");
check(await page.$eval(".found", found => found.textContent) === "1 operation found", "the search finds an operation by permission and word");
await page.focus("#sign");
await page.keyboard.press("Enter");
await page.waitForSelector("dialog[open]");
check(await searched(page, "sign-in") === 0, "axe finds nothing in the dialog");
check(await page.evaluate(() => document.activeElement.id) === "email", "the dialog begins at the address");
await typed(account.email);
await page.keyboard.press("Tab");
await typed("not the password");
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.getElementById("sign-in-error").textContent);
await page.keyboard.down("Control");
await page.keyboard.press("a");
await page.keyboard.up("Control");
await typed(account.password);
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.getElementById("who").textContent.includes("Ann Owner"));
check(!(await page.$("dialog[open]")), "a person signs in with the keyboard, after a wrong password");

async function call(hash, fill) {
	await page.evaluate(to => { location.hash = to; }, hash);
	await page.waitForFunction(to => location.hash === to && document.querySelector(".try"), {}, hash);
	await page.evaluate(fill);
	await page.evaluate(() => { document.querySelector(".try").dispatchEvent(new Event("input")); });
	await page.focus(".try [type=submit]");
	await page.keyboard.press("Enter");
	await page.waitForSelector(".answer .result");
	return page.$eval(".answer", answer => answer.textContent);
}

const created = await call("#/operation/program.CreateProgram", () => {
	const body = document.querySelector("[name=body]");

	body.value = JSON.stringify({...JSON.parse(body.value), name: "It's a program"});
});

check(/^201 .* ms, [\d,]+ bytes/.test(created) && created.includes("x-request-id") && created.includes('"status": "draft"'), "a call shows status, time, headers and body");
check(await searched(page, "after a call") === 0, "axe finds nothing after a call");
writeFileSync("curl.txt", await page.$eval("[aria-label='The call as a curl line']", pre => pre.textContent));
const refused = await call("#/operation/program.GetProgram", () => { document.querySelector("[name=id]").value = "no id"; });

check(refused.startsWith("400") && refused.includes("NOT_UUID"), "a refusal shows what was wrong");
check(await page.evaluate(() => !JSON.stringify({...localStorage, ...sessionStorage}).includes("eyJ") && !document.cookie && !location.href.includes("eyJ")
	&& !document.body.innerHTML.includes("eyJ")), "no storage, cookie, address or element has the token");
await page.click("#sign");
await page.waitForFunction(() => document.getElementById("who").textContent === "");
check((await call("#/operation/program.ListPrograms", () => {})).startsWith("401"), "after signing out the same call is refused");

const narrow = await open("#/about", {width: 390, height: 800});

await narrow.focus("#menu");
await narrow.keyboard.press("Enter");
check(await narrow.$eval("#sidebar", nav => getComputedStyle(nav).display) === "block", "the menu opens by keyboard");
await narrow.keyboard.press("Escape");
check(await narrow.$eval("#sidebar", nav => getComputedStyle(nav).display) === "none", "Escape closes the menu");
await browser.close();
for (const what of wrong) console.log(`wrong: ${what}`);
process.exit(wrong.length ? 1 : 0);
