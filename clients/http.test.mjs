// The official TypeScript client and the Inspector over streamable HTTP and SSE.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

import { binary, pinned } from "./binary.mjs";
import { node22, serveHTTP } from "./node22.mjs";
import { assertOffers } from "./tools.mjs";

const token = "kmcp_the-token-of-these-clients-00001";
const headers = { Authorization: `Bearer ${token}` };
const launcher = fileURLToPath(
  new URL("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", import.meta.url),
);

let server;
before(async () => {
  // Enough records that a walk takes long enough to report progress.
  const args = ["--sandbox", ...pinned, "--applications=10000", "--walk-records=100000", "--transport=http,sse", "--listen=127.0.0.1:0"];
  server = await serveHTTP(binary, args, { KOMBO_AUTH_TOKEN: token });
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
});

const transports = {
  "streamable HTTP": (given) => new StreamableHTTPClientTransport(new URL(`${server.base}/mcp`), { requestInit: { headers: given } }),
  SSE: (given) =>
    new SSEClientTransport(new URL(`${server.base}/sse`), {
      requestInit: { headers: given },
      eventSourceInit: { fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...given } }) },
    }),
};

for (const [name, transport] of Object.entries(transports)) {
  describe(`the TypeScript client over ${name}`, () => {
    let client;
    const asked = [];
    // mcp-go has no elicitation over SSE, so the server uses the fallback there.
    const asks = name !== "SSE";
    before(async () => {
      client = new Client({ name: "clients", version: "0" }, { capabilities: { elicitation: { form: {} } } });
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params.message);
        const properties = Object.entries(params.requestedSchema?.properties ?? {});
        return { action: "accept", content: Object.fromEntries(properties.map(([key, s]) => [key, s.enum?.[0] ?? s.type === "boolean"])) };
      });
      await client.connect(transport(headers));
    });
    after(() => client?.close());

    async function call(tool, args, options) {
      const result = await client.callTool({ name: tool, arguments: args }, undefined, options);
      assert.ok(!result.isError, result.content?.[0]?.text);
      return result.structuredContent;
    }

    test("lists its tools and reads", async () => {
      assertOffers((await client.listTools()).tools);
      assert.ok((await call("get_jobs", { limit: 3 })).summary.matched > 0);
    });

    test("gets the progress of a long walk before its answer", async () => {
      const told = [];
      // A new filter, so that the answer does not come from a cached walk.
      const where = `outcome == "PENDING" || source contains "${name}"`;
      const { summary } = await call("get_applications", { where, group_by: "job" }, { onprogress: (p) => told.push(p.progress) });
      const before = told.length;
      await new Promise((soon) => setTimeout(soon, 100));
      assert.ok(summary.matched > 0 && before > 0);
      assert.equal(told.length, before, "no progress comes after the answer");
      assert.deepEqual(told, told.toSorted((a, b) => a - b));
    });

    test(asks ? "confirms a move" : "previews a move, and sends it with the code", async () => {
      const found = await call("get_applications", { where: 'outcome == "PENDING" && job_status == "OPEN"', fields: ["id", "job_id", "stage"], limit: 30 });
      const rows = found.rows.map((r) => Object.fromEntries(found.columns.map((c, i) => [c, r[i]])));
      for (const { id, job_id, stage } of rows) {
        const { columns, rows: stages } = await call("get_applications", { job_ids: [job_id], group_by: "stage" });
        const [other] = stages.map((r) => r[columns.indexOf("stage")]).filter((s) => s && s !== stage);
        if (!other) continue;
        const move = { application_id: id, stage_id: other };
        let done = await call("move_application_to_stage", move);
        if (!asks) {
          assert.equal(done.outcome, "preview", JSON.stringify(done));
          done = await call("move_application_to_stage", { ...move, code: done.code });
        }
        assert.equal(done.outcome, "done", JSON.stringify(done));
        assert.equal(asked.length, asks ? 1 : 0);
        return;
      }
      assert.fail("no application can be moved");
    });
  });

  test(`the TypeScript client is refused over ${name} without the token`, async () => {
    await assert.rejects(new Client({ name: "clients", version: "0" }).connect(transport({})), /401|bearer token/);
  });
}

for (const path of ["/mcp", "/sse"]) {
  test(`mcp-inspector --strict reports nothing at ${path}`, async (t) => {
    const home = await mkdtemp(join(tmpdir(), "inspector-"));
    t.after(() => rm(home, { recursive: true }));
    const run = node22();
    const { code = 0, stdout, stderr } = await promisify(execFile)(
      run,
      [launcher, "--cli", "--server-url", server.base + path, "--header", `Authorization: Bearer ${token}`, "--method", "tools/list", "--strict"],
      { env: { ...process.env, HOME: home, PATH: `${dirname(run)}:${process.env.PATH}` }, maxBuffer: 16 << 20 },
    ).catch((failed) => failed);
    assert.equal(stderr.trim(), "");
    assert.equal(code, 0);
    assertOffers(JSON.parse(stdout).tools);
  });
}
