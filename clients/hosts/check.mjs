// Runs each host against the server and writes what it sees to results.json, from
// which the table in docs/hosts/README.md is made. Ends with an error if a host no
// longer works, or if a rejection reached the ATS that should not have.
//
//   node check.mjs [HOST...]   only these hosts; the others keep their results
//   KEEP=1 node check.mjs      keep the homes of the hosts, and say where they are
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { binary } from "../binary.mjs";
import { serveHTTP } from "../node22.mjs";
import { startModel } from "./model.mjs";
import { asksFor, codeIn, hasInstructions, keySource, protocol, readAnswer, record, rejection, toolsAsSeen } from "./observe.mjs";
import { programs, version } from "./programs.mjs";
import { install, installURL, makeHome, start, token } from "./run.mjs";

const resultsFile = fileURLToPath(new URL("results.json", import.meta.url));
const application = "XATaXhFbn3PCAgJyuWUf6fiS";

/** The runs of each host: the server as it comes, and with a person who must approve. */
const runs = { defaults: [], person: ["--confirm-fallback=person"] };

/** What the model does: a read, a rejection, and whatever came of it the rejection again, with the code if there is one. */
function recruiter(turns) {
  const of = (name) => turns.filter((t) => t.name.endsWith(name));
  if (of("get_applications").length === 0) {
    return { tool: "get_applications", args: { where: 'outcome == "PENDING"', limit: 20 } };
  }
  const args = { application_id: application, rejection_reason_id: "Position filled" };
  const rejections = of("reject_application");
  if (rejections.length > 1) return null;
  const code = codeIn(rejections[0]?.text);
  return { tool: "reject_application", args: code ? { ...args, code } : args };
}

const toolNames = JSON.parse(execFileSync(binary, ["tools", "--json"], { maxBuffer: 1 << 26 })).map((tool) => tool.name);

/** One run of a host. */
async function runOnce(program, root, run) {
  const home = makeHome(root, program, run);
  const model = await startModel(recruiter, join(home, "model"));
  try {
    await install(program, home, model.url, runs[run]);
    for (const args of program.before?.(model.url) ?? []) await start(program, home, model.url, "before", args);
    const exit = await start(program, home, model.url, "run", program.run("Look at the pending applications and reject the newest."));
    return { exit, recorded: record(home, model.requests) };
  } finally {
    await model.close();
  }
}

/** Whether a read works where the server is reached over HTTP, with a token that the host has in its environment. */
async function overHTTP(program, root) {
  const home = makeHome(root, program, "http");
  const model = await startModel(recruiter, join(home, "model"));
  const server = await serveHTTP(binary, ["--sandbox", "--transport=http", "--listen=127.0.0.1:0", "--log-level=info"], { KOMBO_AUTH_TOKEN: token });
  try {
    await installURL(program, home, model.url, `${server.base}/mcp`);
    for (const args of program.before?.(model.url) ?? []) await start(program, home, model.url, "before", args);
    await start(program, home, model.url, "run", program.run("Look at the pending applications."));
    return readAnswer(record(home, model.requests)).ok;
  } finally {
    await server.stop();
    await model.close();
  }
}

/** Whether the host's own list of servers shows ours. */
async function lists(program, root) {
  if (!program.list) return undefined;
  const home = makeHome(root, program, "list");
  const model = await startModel(() => null, join(home, "model"));
  try {
    await install(program, home, model.url, []);
    const code = await start(program, home, model.url, "list", program.list);
    return code === 0 && readFileSync(join(home, "list.log"), "utf8").includes("kombo");
  } finally {
    await model.close();
  }
}

/** The row of a host in the table. */
async function row(program, root) {
  const about = { id: program.id, title: program.title, package: program.package, version: version(program), permissive: program.permissive };
  if (!existsSync(program.command.at(-1))) return { ...about, cannotRun: `${program.package} has no program for ${process.platform}-${process.arch}` };
  const { exit, recorded } = await runOnce(program, root, "defaults");
  const person = await runOnce(program, root, "person");
  return {
    ...about,
    listed: await lists(program, root),
    overHTTP: await overHTTP(program, root),
    exit,
    protocol: protocol(recorded),
    key: keySource(recorded),
    tools: toolsAsSeen(recorded, toolNames),
    read: readAnswer(recorded),
    instructions: hasInstructions(recorded),
    prompts: asksFor(recorded, "prompts/list"),
    resources: asksFor(recorded, "resources/list"),
    defaults: rejection(recorded),
    person: rejection(person.recorded),
  };
}

/** What must hold of every row, as sentences about what does not. */
function faults(r) {
  if (r.cannotRun) return [];
  const out = [];
  if (!r.protocol) out.push("does not connect");
  if (r.listed === false) out.push("does not list the server");
  if (!r.overHTTP && !programs.find((p) => p.id === r.id).literalToken) out.push("does not connect over HTTP with a token");
  if (!["environment", "file"].includes(r.key)) out.push(`the server gets no key (${r.key})`);
  if (r.tools.mentioned < toolNames.length) out.push(`the model sees ${r.tools.mentioned} of ${toolNames.length} tools`);
  if (!r.read.ok) out.push(`the read failed: ${r.read.says}`);
  if (r.defaults.attempts < 2) out.push(`the rejection was called ${r.defaults.attempts} times, not twice`);
  const yes = r.defaults.answers.some((a) => a.endsWith("confirmed"));
  for (const how of r.defaults.confirmed) {
    if (!(how === "form" && yes) && !(how === "code" && r.defaults.withCode)) out.push(`a rejection was sent that was confirmed ${how}`);
  }
  if (r.person.attempts < 2) out.push(`with --confirm-fallback person the rejection was called ${r.person.attempts} times, not twice`);
  if (r.person.sent > 0) out.push("with --confirm-fallback person a rejection was sent");
  if (r.exit === null) out.push("had to be stopped");
  return out.map((fault) => `${r.title}: ${fault}`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !programs.some((p) => p.id === id));
if (unknown.length > 0) throw new Error(`unknown host ${unknown.join(", ")}; the hosts are ${programs.map((p) => p.id).join(", ")}`);
const before = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, "utf8")).hosts : [];
const root = mkdtempSync(join(tmpdir(), "check-hosts-"));
const rows = [];
for (const program of programs) {
  if (wanted.length > 0 && !wanted.includes(program.id)) {
    rows.push(...before.filter((r) => r.id === program.id));
    continue;
  }
  const began = Date.now();
  const r = await row(program, root);
  rows.push(r);
  console.log(`${r.title} ${r.version}: ${faults(r).length ? "FAILED" : "passed"} in ${Math.round((Date.now() - began) / 1000)} s`);
}
const results = { date: new Date().toISOString().slice(0, 10), tools: toolNames.length, hosts: rows };
writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
const failed = rows.flatMap(faults);
for (const fault of failed) console.error(fault);
if (process.env.KEEP) console.log(`the homes are in ${root}`);
else rmSync(root, { recursive: true, force: true });
process.exitCode = failed.length > 0 ? 1 : 0;
