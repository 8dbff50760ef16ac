/* openapi.json as a validator reads it: the specification, the usual rules, and each example against its schema. */
import {createConfig, lint} from "@redocly/openapi-core";

const config = await createConfig({
	extends: ["recommended"],
	rules: {
		"no-invalid-media-type-examples": "error", "no-invalid-schema-examples": "error", "no-invalid-parameter-examples": "error",
		"operation-description": "error", "tag-description": "error", "parameter-description": "error", "no-unused-components": "error",
		"operation-4xx-response": "error", "info-license-strict": "off",
	},
});
const problems = await lint({ref: process.argv[2], config});

for (const problem of problems)
	console.log(`${problem.severity} ${problem.ruleId}: ${problem.message} at ${problem.location.map(place => place.pointer).join(", ")}`);
console.log(`${problems.length} findings`);
process.exit(problems.length ? 1 : 0);
