// The bundle for desktop hosts that `make bundle` made: checked, unpacked and packed again by
// the official packer, then started as such a host starts it, by the packer's own library.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { startSandbox } from "./binary.mjs";

const run = promisify(execFile);
const ours = fileURLToPath(new URL("../bin/kombo-mcp.mcpb", import.meta.url));
const packer = fileURLToPath(new URL("node_modules/@anthropic-ai/mcpb/dist/cli/cli.js", import.meta.url));
let dir, unpacked, sandbox;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "bundle-"));
  unpacked = join(dir, "ours");
  await run(process.execPath, [packer, "unpack", ours, unpacked]);
  sandbox = await startSandbox();
});
after(async () => {
  await sandbox?.stop();
  await rm(dir, { recursive: true, force: true });
});

const manifestOf = async (folder) => JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));

/** What a host starts for a user's answers: the command, and what is to be in its environment. */
async function command(folder, userConfig, more = {}) {
  const manifest = await manifestOf(folder);
  const config = await getMcpConfigForManifest({
    manifest,
    extensionPath: folder,
    systemDirs: {},
    userConfig,
    pathSeparator: sep,
  });
  assert.ok(config, "the host would ask for more settings before it starts the server");
  const home = { HOME: dir, XDG_STATE_HOME: dir, PATH: process.env.PATH };
  return { command: config.command, args: config.args, env: { ...home, ...config.env, ...more } };
}

/** Starts the server, lists its tools and calls one. */
async function start(...given) {
  const client = new Client({ name: "bundle", version: "1" });
  await client.connect(new StdioClientTransport(await command(...given)));
  try {
    const { tools } = await client.listTools();
    const answer = await client.callTool({ name: "get_tags", arguments: { limit: 1 } });
    assert.ok(!answer.isError, answer.content[0]?.text);
    return tools.map((tool) => tool.name).toSorted();
  } finally {
    await client.close();
  }
}

test("a bundle is at most 25 MB, and has an icon and a program that can be executed", async (t) => {
  const { size } = await stat(ours);
  t.diagnostic(`bundle: ${(size / 1e6).toFixed(1)} MB`);
  assert.ok(size <= 25e6);
  const { icon, server } = await manifestOf(unpacked);
  assert.deepEqual([...(await readFile(join(unpacked, icon))).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const { mode } = await stat(join(unpacked, server.entry_point));
  assert.ok(process.platform === "win32" || mode & 0o100);
});

test("the official packer accepts the bundle, and the server starts from its own as from ours", async () => {
  await run(process.execPath, [packer, "validate", join(unpacked, "manifest.json")]);
  const theirs = join(dir, "theirs");
  await run(process.execPath, [packer, "pack", unpacked, `${theirs}.mcpb`]);
  await run(process.execPath, [packer, "unpack", `${theirs}.mcpb`, theirs]);
  const answers = { api_key: sandbox.apiKey, integration_id: sandbox.integrationID };
  for (const folder of [unpacked, theirs]) {
    const { tools, user_config } = await manifestOf(folder);
    const readOnly = await start(folder, answers, { KOMBO_BASE_URL: sandbox.baseURL });
    assert.ok(!readOnly.includes("reject_application"), "a bundle is read-only by default");
    const all = await start(folder, { ...answers, read_only: false }, { KOMBO_BASE_URL: sandbox.baseURL });
    assert.deepEqual(all, tools.map((tool) => tool.name).toSorted());
    assert.equal(user_config.api_key.sensitive, true);
  }
});

const blank = { api_key: "", integration_id: "", region: "" };
for (const [what, answers] of [
  ["nothing else answered, so that placeholders stay", { sandbox: true }],
  ["the other fields left blank", { sandbox: true, ...blank }],
  ["blanks in place of answers", { sandbox: true, api_key: " ", integration_id: " ", region: " " }],
  ["a region that was chosen", { sandbox: true, region: "us", read_only: false }],
]) {
  test(`made-up data needs no key: ${what}`, async () => {
    const tools = await start(unpacked, answers);
    assert.equal(tools.includes("reject_application"), answers.read_only === false);
  });
}

test("nothing is required, but the key is a placeholder if nobody gave one", async () => {
  const { env } = await command(unpacked, { sandbox: true });
  assert.equal(env.KOMBO_API_KEY, "${user_config.api_key}");
  assert.equal(env.KOMBO_SANDBOX, "true");
  assert.equal((await command(unpacked, {})).env.KOMBO_SANDBOX, "false");
});

for (const [what, answers, says] of [
  ["neither key nor switch", {}, /no API key.*KOMBO_API_KEY.*made-up data/s],
  ["blank fields", blank, /no API key.*KOMBO_API_KEY.*made-up data/s],
  ["no integration", { api_key: "key" }, /no integration.*KOMBO_INTEGRATION_ID/s],
]) {
  test(`without made-up data the server says what is missing: ${what}`, async () => {
    const { command: program, args, env } = await command(unpacked, answers);
    await assert.rejects(run(program, args, { env, timeout: 20_000 }), (err) => {
      assert.equal(err.code, 2, err.stderr);
      assert.match(err.stderr, says);
      return true;
    });
  });
}
