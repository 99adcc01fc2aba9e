// The names of the tools that hosts and prompts rely on. A server may offer more.
import assert from "node:assert/strict";

/** The tools that list records. */
export const lists = [
  "get_applications", "get_application_stages", "get_candidates", "get_interviews", "get_jobs",
  "get_offers", "get_rejection_reasons", "get_roles", "get_tags", "get_users",
];

/** The tools that change nothing. */
export const reads = [...lists, "get_application_attachments", "get_candidate_attachments"];

/** The tools that change the ATS. */
export const writes = [
  "add_application_attachment", "add_application_note", "add_application_result_link", "add_candidate_attachment",
  "add_candidate_result_link", "add_candidate_tag", "create_application", "create_candidate",
  "import_tracked_application", "move_application_to_stage", "reject_application", "remove_candidate_tag",
];

/** Asserts that a list of tools contains the wanted ones, each once. */
export function assertOffers(tools, wanted = [...reads, ...writes]) {
  const names = tools.map((tool) => tool.name);
  assert.deepEqual(wanted.filter((name) => !names.includes(name)), [], "tools that are missing");
  assert.equal(new Set(names).size, names.length, "a tool is listed twice");
}
