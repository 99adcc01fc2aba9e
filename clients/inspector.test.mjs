// The MCP Inspector's strict mode, which finds schemas that some client would refuse.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { binary, pinned } from "./binary.mjs";
import { node22 } from "./node22.mjs";
import { assertOffers } from "./tools.mjs";

const launcher = fileURLToPath(
  new URL("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", import.meta.url),
);

test("mcp-inspector --strict reports nothing about the tools", async (t) => {
  const home = await mkdtemp(join(tmpdir(), "inspector-"));
  t.after(() => rm(home, { recursive: true }));
  const run = node22();
  const { code = 0, stdout, stderr } = await promisify(execFile)(
    run,
    [launcher, "--cli", binary, "--sandbox", ...pinned, "--method", "tools/list", "--strict"],
    { env: { ...process.env, HOME: home, PATH: `${dirname(run)}:${process.env.PATH}` }, maxBuffer: 16 << 20 },
  ).catch((failed) => failed);
  assert.equal(stderr.trim(), "");
  assert.equal(code, 0);
  assertOffers(JSON.parse(stdout).tools);
});
