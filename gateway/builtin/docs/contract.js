/* openapi.json as the page needs it. */
const verbs = ["get", "post", "put", "patch", "delete"];

/* In the order in which a newcomer needs them; a tag without a word here comes last. */
const words = {
	auth: "Sign-in", tenant: "Organization", program: "Programs", consumer: "Screening and codes", notification: "Notifications",
	compliance: "Compliance", audit: "Audit log", gateway: "Platform",
};
const place = tag => (Object.keys(words).indexOf(tag) + 1) || Infinity;

/** "tenant" to the heading that people read. */
const titleOf = tag => words[tag] || tag.charAt(0).toUpperCase() + tag.slice(1);

const nameOf = ref => ref.split("/").pop();

export class Contract {
	constructor(document) {
		this.document = document;
		this.operations = [];
		for (const [path, item] of Object.entries(document.paths))
			for (const verb of verbs)
				if (item[verb]) this.operations.push(this.#operation(path, verb, item[verb]));
		/* One operation with several paths has an id for each: program.X, program.X.2. */
		for (const operation of this.operations)
			operation.also = this.operations.filter(other => other !== operation && other.first === operation.first);
		this.tags = (document.tags || []).map(tag => ({
			...tag, title: titleOf(tag.name), operations: this.operations.filter(operation => operation.tag === tag.name && operation.id === operation.first),
		})).filter(tag => tag.operations.length).sort((a, b) => place(a.name) - place(b.name));
	}

	#operation(path, verb, raw) {
		const operation = {path, verb, raw, id: raw.operationId, tag: (raw.tags || ["other"])[0], summary: raw.summary || raw.operationId};

		operation.first = operation.id.split(".").slice(0, 2).join(".");
		operation.parameters = (raw.parameters || []).map(parameter => this.resolve(parameter));
		operation.body = raw.requestBody?.content?.["application/json"];
		operation.success = Object.entries(raw.responses).find(([status]) => status.startsWith("2"));
		operation.reasons = this.#reasons(raw);
		operation.text = [verb, path, raw.summary, raw.description, ...(raw.security || []).flatMap(one => Object.values(one).flat()),
			...operation.reasons.map(reason => reason.name), ...operation.parameters.map(parameter => parameter.name),
			...Object.keys(this.resolve(operation.body?.schema).properties || {})].join(" ").toLowerCase();
		return operation;
	}

	/** What the target of a $ref says, and beside it what stands next to the $ref. */
	resolve(schema) {
		if (!schema?.$ref) return schema || {};
		const target = schema.$ref.slice(2).split("/").reduce((at, key) => at?.[key], this.document);
		const {$ref: _, ...beside} = schema;

		return {...target, ...beside, title: nameOf(schema.$ref)};
	}

	#reasons(raw) {
		return Object.entries(raw.responses).flatMap(([status, response]) =>
			Object.keys(response.content?.["application/problem+json"]?.examples || {}).map(name => this.reason(name, status)));
	}

	/** A reason with its sentence and what a caller does about it. */
	reason(name, status) {
		const example = this.document.components.examples?.[name] || {};

		return {name, status: status || String(example.value?.status || ""), meaning: example.summary || "", remedy: example.description || ""};
	}

	get reasons() {
		return Object.keys(this.document.components.examples || {}).sort().map(name => this.reason(name));
	}

	grant(scheme, name) {
		return (scheme === "key" ? this.document["x-scopes"] : this.document["x-permissions"])?.[name];
	}
}
