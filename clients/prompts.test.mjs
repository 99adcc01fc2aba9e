// Every prompt and resource with the official TypeScript client, over stdio and HTTP.
import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { after, before, describe, test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { binary, pinned } from "./binary.mjs";
import { serveHTTP } from "./node22.mjs";

const token = "kmcp_the-token-of-the-prompts-0000001";
const headers = { Authorization: `Bearer ${token}` };
const names = [
  "candidate_brief", "compare_candidates", "intake", "offers_ahead", "pipeline_review", "rejection_round", "stale_applications", "weekly_report",
];

let server;
before(async () => {
  server = await serveHTTP(binary, ["--sandbox", ...pinned, "--transport=http", "--listen=127.0.0.1:0"], { KOMBO_AUTH_TOKEN: token });
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
});

const http = (more) => new StreamableHTTPClientTransport(new URL(`${server.base}/mcp`), { requestInit: { headers: { ...headers, ...more } } });
const transports = {
  stdio: () => new StdioClientTransport({ command: binary, args: ["--sandbox", ...pinned], stderr: "inherit" }),
  "streamable HTTP": () => http(),
};

for (const [name, transport] of Object.entries(transports)) {
  describe(`prompts and resources over ${name}`, () => {
    let client;
    before(async () => {
      client = new Client({ name: "clients", version: "0" });
      await client.connect(transport());
    });
    after(() => client?.close());

    const complete = async (ref, argument, value = "", chosen = {}) =>
      (await client.complete({ ref, argument: { name: argument, value }, context: { arguments: chosen } })).completion.values;

    /** Arguments for a prompt: the first suggestion for each. */
    async function choose(prompt) {
      const chosen = {};
      for (const { name: argument } of prompt.arguments ?? []) {
        if (prompt.name === "candidate_brief" && argument === "candidate") continue;
        const [first] = await complete({ type: "ref/prompt", name: prompt.name }, argument, "", chosen);
        if (first) chosen[argument] = first;
        if (argument === "cv") chosen.cv = "Ada Example\nada@people.example\nTen years of Go.";
      }
      return chosen;
    }

    test("every prompt includes its data", async () => {
      const { prompts } = await client.listPrompts();
      assert.deepEqual(prompts.map((p) => p.name), names);
      for (const prompt of prompts) {
        assert.ok(prompt.title && prompt.description, prompt.name);
        const chosen = await choose(prompt);
        for (const { name: argument, required } of prompt.arguments ?? []) assert.ok(!required || chosen[argument], `${prompt.name} ${argument}`);
        const { messages } = await client.getPrompt({ name: prompt.name, arguments: chosen });
        assert.equal(messages.length, 1);
        assert.equal(messages[0].role, "user");
        const { type, text } = messages[0].content;
        assert.equal(type, "text");
        assert.match(text, /^> \w+: \d+ matched, complete/m, prompt.name);
        assert.match(text, /a person decides/);
        assert.ok(text.length < 24_000, `${prompt.name} has ${text.length} characters`);
      }
    });

    test("the error of a bad argument names the valid ones", async () => {
      const asked = client.getPrompt({ name: "compare_candidates", arguments: { job: "Backend Engineer", stage: "Nowhere" } });
      await assert.rejects(asked, /Nowhere.*Phone Screen/);
      await assert.rejects(client.getPrompt({ name: "pipeline_review", arguments: {} }), /job is missing/);
      await assert.rejects(client.getPrompt({ name: "no_such_prompt" }), /not found/);
    });

    test("completions of stages are those of the chosen job", async () => {
      const ref = { type: "ref/prompt", name: "compare_candidates" };
      assert.deepEqual(await complete(ref, "stage"), []);
      assert.ok((await complete(ref, "stage", "ph", { job: "Backend Engineer" })).includes("Phone Screen"));
    });

    test("every resource is listed and can be read", async () => {
      const { resources } = await client.listResources();
      assert.deepEqual(resources.map((r) => r.uri).toSorted(), ["kombo://integration", "ui://kombo/funnel"]);
      for (const { uri, mimeType } of resources) {
        const { contents } = await client.readResource({ uri });
        assert.equal(contents[0].mimeType, mimeType);
        assert.ok(contents[0].text.length > 100);
      }
      const { resourceTemplates } = await client.listResourceTemplates();
      assert.equal(resourceTemplates.length, 7);
      for (const { uriTemplate } of resourceTemplates) {
        const ref = { type: "ref/resource", uri: uriTemplate };
        const ids = await complete(ref, "id");
        assert.ok(ids.length > 0, uriTemplate);
        let uri = uriTemplate.replace("{id}", ids[0]);
        if (uriTemplate.includes("{file}")) uri = await readable(ref, ids);
        const { contents } = await client.readResource({ uri });
        assert.equal(contents[0].uri, uri);
        assert.ok(contents[0].text.length > 0 && contents[0].text.length < 10_000, uri);
      }
      await assert.rejects(client.readResource({ uri: "kombo://jobs/nosuch" }), /no job with the id/);
      await assert.rejects(client.readResource({ uri: "kombo://nowhere" }), /not found/);
    });

    /** The URI of the first CV of the records. */
    async function readable(ref, ids) {
      for (const id of ids) {
        const files = await complete(ref, "file", "", { id });
        if (files.includes("CV")) return ref.uri.replace("{id}", id).replace("{file}", "CV");
      }
      return assert.fail(`no record of ${ref.uri} has a CV`);
    }

    test("a chart is a picture in addition to the answer", async () => {
      const { tools } = await client.listTools();
      const tool = tools.find((t) => t.name === "get_applications");
      assert.equal(tool._meta.ui.resourceUri, "ui://kombo/funnel");
      assert.equal(tool._meta["ui/resourceUri"], "ui://kombo/funnel");
      const { content, structuredContent } = await client.callTool({ name: "get_applications", arguments: { group_by: "stage", chart: true } });
      assert.deepEqual(content.map((c) => c.type), ["text", "image"]);
      assert.equal(content[1].mimeType, "image/png");
      assert.ok(pixels(Buffer.from(content[1].data, "base64")) > 0);
      assert.ok(structuredContent.rows.every(([stage, count]) => content[0].text.includes(`${stage || "''"}\t${count}`)));
      const refused = await client.callTool({ name: "get_applications", arguments: { group_by: "job", chart: true } });
      assert.ok(refused.isError && refused.content[0].text.includes('group_by: "stage"'));
    });
  });
}

/** Decompresses a PNG and returns the size of its pixels in bytes. */
function pixels(png) {
  const data = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return inflateSync(Buffer.concat(data)).length;
}

test("restricting a caller's tools restricts its prompts and resources", async (t) => {
  const client = new Client({ name: "clients", version: "0" });
  await client.connect(http({ "X-Kombo-Tools": "get_offers,get_applications", "X-Kombo-Read-Only": "true" }));
  t.after(() => client.close());
  assert.deepEqual((await client.listPrompts()).prompts.map((p) => p.name), ["offers_ahead"]);
  assert.deepEqual((await client.listResourceTemplates()).resourceTemplates.map((r) => r.uriTemplate), ["kombo://applications/{id}"]);
  await assert.rejects(client.getPrompt({ name: "rejection_round", arguments: { job: "a", stage: "b", reason: "c" } }), /needs the tool/);
  await assert.rejects(client.readResource({ uri: "kombo://candidates/x" }), /kept from get_candidates/);
});
