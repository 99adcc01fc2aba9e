// The packages of npm: installed into an empty home, from the packed files and by npx from a
// registry, and started as a host starts them.
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { emptyHome, here, packed, startRegistry } from "./packed.mjs";
import { assertOffers } from "./tools.mjs";

const run = promisify(execFile);
const executable = process.platform === "win32" ? "kombo-mcp.exe" : "kombo-mcp";
let packages, registry;

before(async () => {
  packages = await packed();
  registry = await startRegistry(packages);
});
after(() => registry?.stop());

/** Installs the packed files, without any registry. Returns the paths of the launcher and of the program. */
async function installed(t, ...options) {
  const { home, env } = await emptyHome(t, "http://127.0.0.1:9");
  const files = [packages["kombo-mcp"].file, packages[here].file];
  await run("npm", ["install", "--offline", "--prefix", home, ...options, ...files], { env, cwd: home });
  const modules = join(home, "node_modules");
  return { env, home, launcher: join(modules, "kombo-mcp", "kombo-mcp.js"), program: join(modules, here, "bin", executable) };
}

/** Starts the server as a host does, lists its tools and calls one. */
async function answers(command, args, env, cwd) {
  const began = performance.now();
  const client = new Client({ name: "npm", version: "1" });
  await client.connect(new StdioClientTransport({ command, args, env, cwd }));
  try {
    assertOffers((await client.listTools()).tools);
    const answer = await client.callTool({ name: "get_jobs", arguments: { limit: 1 } });
    assert.ok(!answer.isError, answer.content?.[0]?.text);
    return Math.round(performance.now() - began);
  } finally {
    await client.close();
  }
}

test("each package is at most 25 MB, and nothing of it runs at installation", (t) => {
  for (const { bytes, manifest } of Object.values(packages)) {
    t.diagnostic(`${manifest.name}: ${(bytes.length / 1e6).toFixed(1)} MB packed`);
    assert.ok(bytes.length <= 25e6, manifest.name);
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.version, packages["kombo-mcp"].manifest.version);
  }
});

test("npx answers from an empty home, with the program of this machine alone", async (t) => {
  const { home, env } = await emptyHome(t, registry.address);
  registry.asked.length = 0;
  let began = performance.now();
  const { stdout } = await run("npx", ["-y", "kombo-mcp", "demo"], { env, cwd: home });
  assert.match(stdout, /get_applications/);
  t.diagnostic(`npx -y kombo-mcp demo from an empty home: ${Math.round(performance.now() - began)} ms`);
  const tarballs = registry.asked.filter((path) => path.endsWith(".tgz"));
  assert.deepEqual(tarballs.sort(), [`/-/${here}.tgz`, "/-/kombo-mcp.tgz"]);
  began = performance.now();
  await run("npx", ["-y", "kombo-mcp", "demo"], { env, cwd: home });
  t.diagnostic(`the same again: ${Math.round(performance.now() - began)} ms`);

  const first = await answers("npx", ["-y", "kombo-mcp", "--sandbox"], env, home);
  t.diagnostic(`a host's first answer, once the packages are there: ${first} ms`);
  assert.ok(first < 10_000);
});

test("install, run by npx, writes a command that works after npm has cleared its cache", async (t) => {
  const { home, env } = await emptyHome(t, registry.address);
  const file = join(home, "mcp.json");
  const { stdout } = await run("npx", ["-y", "kombo-mcp", "install", "--sandbox", "--config", file, "cursor"], { env, cwd: home });
  assert.match(stdout, /npx -y kombo-mcp doctor --sandbox/);
  const { kombo } = JSON.parse(await readFile(file, "utf8")).mcpServers;
  assert.ok(["npx", "cmd"].includes(kombo.command), kombo.command);
  assert.deepEqual(kombo.args.slice(-3), ["-y", "kombo-mcp", "--sandbox"]);
  const fresh = await emptyHome(t, registry.address);
  await answers(kombo.command, kombo.args, { ...fresh.env, ...kombo.env }, fresh.home);
});

test("installed from the packed files, the launcher passes on arguments, input and exit code", async (t) => {
  const { home, env, launcher, program } = await installed(t);
  const both = (args, input) => {
    const [ours, bare] = [[process.execPath, [launcher, ...args]], [program, args]].map(([command, all]) => {
      const { stdout, stderr, status } = spawnSync(command, all, { env, cwd: home, input, encoding: "utf8" });
      return { stdout, stderr, status };
    });
    assert.deepEqual(ours, bare);
    return ours;
  };
  const call = ["call", "--sandbox", "--seed=7", "--today=2026-11-24"];
  assert.equal(both(["--version"]).status, 0);
  assert.equal(both([...call, "get_jobs", '{"where": "job == \\"it\'s $HOME & *\\"", "limit": 1}']).status, 0);
  assert.equal(both([...call, "get_jobs", '{"nosuch": 1}']).status, 1);
  assert.equal(both(["--nosuch"]).status, 2);
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
  assert.match(both(["--sandbox"], ping).stdout, /"id":1/);
  await answers(process.execPath, [launcher, "--sandbox"], env, home);
});

test("the launcher ends as the program ends, by whatever signal", { skip: process.platform === "win32" }, async (t) => {
  const { env, launcher, program } = await installed(t);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
    const ends = [];
    for (const [command, args] of [[process.execPath, [launcher]], [program, []]]) {
      const child = spawn(command, [...args, "--sandbox"], { env, stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
      await once(child.stdout, "data");
      child.kill(signal);
      const [code, by] = await once(child, "close"); // not before the program has closed its stdout
      ends.push({ code, by });
    }
    assert.deepEqual(ends[0], ends[1], signal);
  }
  const child = spawn(process.execPath, [launcher, "--sandbox"], { env, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await once(child.stdout, "data");
  const { stdout } = await run("ps", ["-o", "pid=", "--ppid", String(child.pid)]);
  process.kill(Number(stdout.trim()), "SIGKILL");
  const [, by] = await once(child, "exit");
  assert.equal(by, "SIGKILL");
});

test("where npm left the program out, the launcher says which package is missing and why", async (t) => {
  const { home, env } = await emptyHome(t, registry.address);
  await run("npm", ["install", "--prefix", home, "--omit=optional", "kombo-mcp"], { env, cwd: home });
  const launcher = join(home, "node_modules", "kombo-mcp", "kombo-mcp.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, "demo"], { env, encoding: "utf8" });
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /--omit=optional/);
  const { version } = packages["kombo-mcp"].manifest;
  const [, cure] = /: npm (install \S+)$/m.exec(stderr.trim());
  assert.equal(cure, `install ${here}@${version}`);
  await run("npm", [...cure.split(" "), "--prefix", home], { env, cwd: home });
  assert.match((await run(process.execPath, [launcher, "--version"], { env })).stdout, /kombo-mcp version/);

  const other = `Object.defineProperty(process, "arch", { value: "riscv64" }); process.argv.splice(1, 0, "x"); require(${JSON.stringify(launcher)})`;
  const unknown = spawnSync(process.execPath, ["-e", other], { env, encoding: "utf8" });
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /no program for \w+ on riscv64, only for .*linux-x64/);
});

test("what the launcher costs, side by side with the program", async (t) => {
  const { env, launcher, program } = await installed(t);
  const times = { launcher: [], program: [] };
  const time = (into, command, args) => {
    const began = performance.now();
    assert.equal(spawnSync(command, args, { env }).status, 0);
    into.push(performance.now() - began);
  };
  for (let i = 0; i < 15; i++) {
    time(times.launcher, process.execPath, [launcher, "--version"]);
    time(times.program, program, ["--version"]);
  }
  const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
  const [ours, bare] = [median(times.launcher), median(times.program)];
  t.diagnostic(`--version, medians of 15: ${ours.toFixed(0)} ms with the launcher, ${bare.toFixed(0)} ms without`);
});
