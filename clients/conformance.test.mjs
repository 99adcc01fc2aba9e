// The protocol's own conformance suite, over streamable HTTP: what is generic
// against the server itself, the whole against its transports with the tools
// that the suite calls.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { binary, pinned } from "./binary.mjs";
import { node22, serveHTTP } from "./node22.mjs";

const run = promisify(execFile);
const suite = fileURLToPath(new URL("node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url));
const house = fileURLToPath(new URL("..", import.meta.url));

/** What needs no fixture. */
const generic = [
  "server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "completion-complete",
  "server-sse-multiple-streams", "dns-rebinding-protection",
];

/** What the server itself does not offer, and says so; its transports pass these with the suite's own tools. */
const exceptions = {
  "logging-set-level": "it tells the client of nothing but progress; its log is the operator's",
  "resources-subscribe": "Kombo's copy tells nobody when a record changes",
  "resources-unsubscribe": "Kombo's copy tells nobody when a record changes",
};

let dir;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "conformance-"));
});
after(() => rm(dir, { recursive: true }));

/** Runs the suite and gives its exit code with all that it printed. */
async function conformance(...args) {
  const node = node22();
  const { code = 0, stdout, stderr } = await run(node, [suite, ...args], {
    cwd: dir, env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` }, maxBuffer: 16 << 20,
  }).catch((failed) => failed);
  return { code, said: stdout + stderr };
}

describe("the server itself", () => {
  let server;
  before(async () => {
    server = await serveHTTP(binary, ["--sandbox", ...pinned, "--transport=http", "--listen=127.0.0.1:0"]);
  });
  after(() => server?.stop());

  for (const scenario of generic) {
    test(scenario, async () => {
      const { code, said } = await conformance("server", "--url", `${server.base}/mcp`, "--scenario", scenario);
      assert.equal(code, 0, said);
      assert.match(said, /Passed: [1-9]/, "a scenario without a check shows nothing");
    });
  }
  for (const [scenario, why] of Object.entries(exceptions)) {
    test(`not ${scenario}: ${why}`, async () => {
      const { code, said } = await conformance("server", "--url", `${server.base}/mcp`, "--scenario", scenario);
      assert.notEqual(code, 0, `${scenario} passes and is no exception any more`);
      assert.match(said, /-32601|not supported|not found/i, said);
    });
  }
});

// No scenario is left out. One of them, server-sse-polling, checks nothing where
// streams are not resumed, which the protocol leaves to the server.
test("its transports pass the whole suite", async (t) => {
  const fixture = join(dir, "fixture");
  await run("go", ["build", "-o", fixture, "./internal/serve/conformance"], { cwd: house });
  const server = await serveHTTP(fixture);
  t.after(() => server.stop());
  const { code, said } = await conformance("server", "--url", `${server.base}/mcp`, "--suite", "all");
  assert.equal(code, 0, said);
  const [, passed, failed] = /Total:\s+(\d+) passed, (\d+) failed/.exec(said) ?? [];
  assert.equal(failed, "0", said);
  assert.ok(Number(passed) >= 43, said);
});
