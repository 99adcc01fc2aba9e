// Runs each framework's program as it stands in docs/frameworks.md, with a scripted
// model in place of OpenAI's: the model must be offered every tool, and the answer of
// one call must come back to it.
//
//   node check.mjs [PROGRAM...]   only these, such as mastra
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { binary } from "../binary.mjs";
import { isTool, startModel } from "../hosts/model.mjs";
import { node22 } from "../node22.mjs";

const programs = ["openai-agents", "ai-sdk", "langchain", "mastra"];
const node = node22(createRequire(import.meta.url).resolve);
const toolNames = JSON.parse(execFileSync(binary, ["tools", "--json"], { maxBuffer: 1 << 26 })).map((tool) => tool.name);

const args = { statuses: ["OPEN"], limit: 1 };
/** The model's script: one read, then the end. */
const script = (turns) => (turns.length === 0 ? { tool: "get_jobs", args } : null);
/** The id of the job that the read finds. */
const [job] = /\b[1-9A-HJ-NP-Za-km-z]{24}\b/.exec(execFileSync(binary, ["call", "--sandbox", "get_jobs", JSON.stringify(args)], { encoding: "utf8" }));

/** Runs a program with nothing of this process's environment, and no network but loopback. */
async function check(program, root) {
  const home = join(root, program);
  for (const folder of ["bin", "model"]) mkdirSync(join(home, folder), { recursive: true });
  symlinkSync(binary, join(home, "bin", "kombo-mcp"));
  const model = await startModel(script, join(home, "model"));
  const nowhere = "http://127.0.0.1:9";
  try {
    const { stdout } = await promisify(execFile)(node, [fileURLToPath(new URL(`${program}.mjs`, import.meta.url))], {
      cwd: home, timeout: 120_000,
      env: {
        HOME: home, PATH: `${join(home, "bin")}:${dirname(node)}:/usr/local/bin:/usr/bin:/bin`,
        OPENAI_API_KEY: "scripted", OPENAI_BASE_URL: `${model.url}/v1`,
        HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, NO_PROXY: "127.0.0.1,localhost",
        OPENAI_AGENTS_DISABLE_TRACING: "1", MASTRA_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1",
      },
    });
    const asked = model.requests.filter((r) => r.read);
    const offered = asked[0]?.read.tools ?? [];
    for (const name of toolNames) assert.ok(offered.some((tool) => isTool(tool.name, name)), `the model is not offered ${name}`);
    const [turn] = asked.at(-1).read.turns;
    assert.ok(turn && isTool(turn.name, "get_jobs"), "get_jobs is not called");
    assert.ok(turn.text?.includes(job), `the answer of get_jobs does not reach the model: ${turn.text}`);
    assert.match(stdout, /All done\./, "the program does not print the model's last answer");
  } finally {
    await model.close();
  }
}

const wanted = process.argv.slice(2);
for (const name of wanted) assert.ok(programs.includes(name), `unknown program ${name}; the programs are ${programs.join(", ")}`);
const root = mkdtempSync(join(tmpdir(), "check-frameworks-"));
for (const program of wanted.length > 0 ? wanted : programs) {
  const began = Date.now();
  try {
    await check(program, root);
    console.log(`${program}: passed in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } catch (err) {
    console.error(`${program}: FAILED: ${err.message}\n${err.stderr ?? ""}`);
    process.exitCode = 1;
  }
}
rmSync(root, { recursive: true, force: true });
