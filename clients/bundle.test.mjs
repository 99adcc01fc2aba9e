// The bundle for desktop hosts, checked and packed by the official packer, then
// unpacked and started as such a host starts it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { binary, startSandbox } from "./binary.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const packer = fileURLToPath(new URL("node_modules/@anthropic-ai/mcpb/dist/cli/cli.js", import.meta.url));
const goos = { linux: "linux", darwin: "darwin", win32: "windows" }[process.platform];

/** The folder from which the bundle is packed, with this machine's program. */
async function folder(t) {
  const dir = await mkdtemp(join(tmpdir(), "bundle-"));
  t.after(() => rm(dir, { recursive: true }));
  const args = ["bundle", "-version", "0.1.0", "-os", goos, "-program", binary];
  await run("go", ["run", "./packaging/release", ...args, "-dir", join(dir, "files")], { cwd: root });
  await run("go", ["run", "./packaging/release", ...args, "-out", join(dir, "ours.mcpb")], { cwd: root });
  return dir;
}

/** Starts the unpacked server with a user's settings, and lists its tools. */
async function start(dir, answers) {
  const manifest = JSON.parse(await readFile(join(dir, "manifest.json"), "utf8"));
  const fill = (s) =>
    s.replaceAll("${__dirname}", dir).replace(/\$\{user_config\.(\w+)\}/g, (_, id) => {
      const value = answers[id] ?? manifest.user_config[id].default;
      assert.notEqual(value, undefined, `no value for ${id}`);
      return String(value);
    });
  const { command, args, env } = manifest.server.mcp_config;
  const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
  const client = new Client({ name: "bundle", version: "1" });
  const home = { HOME: dir, XDG_STATE_HOME: dir, PATH: process.env.PATH };
  await client.connect(
    new StdioClientTransport({ command: fill(command), args: args.map(fill), env: { ...home, ...filled, ...answers.env } }),
  );
  try {
    const { tools } = await client.listTools();
    const answer = await client.callTool({ name: "get_tags", arguments: { limit: 1 } });
    return { manifest, tools: tools.map((tool) => tool.name), answer };
  } finally {
    await client.close();
  }
}

test("the official packer accepts the bundle, and the unpacked server starts", async (t) => {
  const dir = await folder(t);
  await run(process.execPath, [packer, "validate", join(dir, "files", "manifest.json")]);
  await run(process.execPath, [packer, "pack", join(dir, "files"), join(dir, "theirs.mcpb")]);
  const sandbox = await startSandbox();
  t.after(() => sandbox.stop());
  const answers = {
    api_key: sandbox.apiKey,
    integration_id: sandbox.integrationID,
    env: { KOMBO_BASE_URL: sandbox.baseURL },
  };
  for (const name of ["theirs", "ours"]) {
    const to = join(dir, name);
    await run(process.execPath, [packer, "unpack", join(dir, `${name}.mcpb`), to]);
    const { mode } = await stat(join(to, "server", goos === "windows" ? "kombo-mcp.exe" : "kombo-mcp"));
    assert.ok(goos === "windows" || mode & 0o100, "the program is executable");
    const readOnly = await start(to, answers);
    assert.ok(!readOnly.answer.isError);
    assert.ok(!readOnly.tools.includes("reject_application"), "a bundle is read-only by default");
    const all = await start(to, { ...answers, read_only: false });
    assert.deepEqual(all.tools.toSorted(), all.manifest.tools.map((tool) => tool.name).toSorted());
    assert.equal(all.manifest.user_config.api_key.sensitive, true);
  }
});
