// The protocol's own conformance suite, over streamable HTTP: the generic scenarios
// against the server itself, all of them against its transports with the tools that
// the suite calls.
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

/** The scenarios that need no fixture. */
const generic = [
  "server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "completion-complete",
  "server-sse-multiple-streams", "dns-rebinding-protection",
];

/** What the server itself does not offer, and does not claim to. Its transports pass these with the suite's own tools. */
const exceptions = {
  "logging-set-level": "it sends clients no log messages; its log is for the operator",
  "resources-subscribe": "Kombo's copy has no notification of changed records",
  "resources-unsubscribe": "Kombo's copy has no notification of changed records",
};

let dir;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "conformance-"));
});
after(() => rm(dir, { recursive: true }));

/** Runs the suite and returns its exit code and output. */
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
      assert.match(said, /Passed: [1-9]/, "a scenario without a check proves nothing");
    });
  }
  for (const [scenario, why] of Object.entries(exceptions)) {
    test(`not ${scenario}: ${why}`, async () => {
      const { code, said } = await conformance("server", "--url", `${server.base}/mcp`, "--scenario", scenario);
      assert.notEqual(code, 0, `${scenario} passes: it is no longer an exception`);
      assert.match(said, /-32601|not supported|not found/i, said);
    });
  }
});

// No scenario is left out. One, server-sse-polling, checks nothing if streams are not
// resumed, which is optional for a server.
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
