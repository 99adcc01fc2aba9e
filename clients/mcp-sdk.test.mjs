// The official TypeScript client over stdio. Once it has listed the tools, it validates
// every structured answer against the tool's output schema.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

import { binary, pinned } from "./binary.mjs";
import { applicant, pdf } from "./applicant.mjs";
import { assertOffers, lists, reads, writes } from "./tools.mjs";

let client;
let tools;

before(async () => {
  client = new Client({ name: "clients", version: "0" }, { capabilities: { elicitation: { form: {} } } });
  // Every write is confirmed: these tests check that writes arrive.
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({
    action: "accept",
    content: Object.fromEntries(
      Object.entries(params.requestedSchema?.properties ?? {}).map(([name, s]) => [name, s.enum?.[0] ?? s.type === "boolean"]),
    ),
  }));
  await client.connect(new StdioClientTransport({ command: binary, args: ["--sandbox", ...pinned], stderr: "inherit" }));
  tools = (await client.listTools()).tools;
});
after(() => client?.close());

/** Calls a tool that must succeed and returns its structured content. */
async function call(name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${result.content?.[0]?.text}`);
  assert.ok(result.content[0].text.length > 0, `${name} has no text`);
  return result.structuredContent;
}

/** The rows of a list as objects by column. */
async function rows(name, args) {
  const { columns, rows = [] } = await call(name, args);
  return rows.map((r) => Object.fromEntries(columns.map((c, i) => [c, r[i]])));
}

/** An undecided application for an open job that no other test uses. */
const used = [];
async function application() {
  const found = await rows("get_applications", {
    where: 'outcome == "PENDING" && job_status == "OPEN"',
    fields: ["id", "candidate_id", "job_id", "stage", "remote_id"],
    limit: 40,
  });
  const next = found.find((a) => a.stage && a.candidate_id && !used.includes(a.id));
  used.push(next.id);
  return next;
}

/** The id of an open job without questions. */
async function plainJob() {
  const [job] = await rows("get_jobs", { where: 'job_status == "OPEN" && questions == nil', fields: ["id"], limit: 1 });
  return job.id;
}

/** Previews a write, then sends it. */
async function write(name, args) {
  const preview = await call(name, { ...args, dry_run: true });
  assert.equal(preview.outcome, "preview", JSON.stringify(preview));
  const done = await call(name, args);
  assert.equal(done.outcome, "done", JSON.stringify(done));
  return done;
}

describe("the session", () => {
  test("has a name, a version and instructions", () => {
    assert.equal(client.getServerVersion().name, "kombo");
    assert.ok(client.getServerVersion().version);
    const instructions = client.getInstructions();
    assert.ok(instructions.length > 0 && Buffer.byteLength(instructions) <= 2048);
  });

  test("lists its tools, each with title, annotations and both schemas", () => {
    assertOffers(tools);
    for (const t of tools) {
      assert.ok(t.title && t.description, t.name);
      if (reads.includes(t.name)) assert.equal(t.annotations.readOnlyHint, true, t.name);
      if (writes.includes(t.name)) assert.equal(t.annotations.readOnlyHint, false, t.name);
      for (const hint of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]) {
        assert.equal(typeof t.annotations[hint], "boolean", `${t.name} ${hint}`);
      }
      assert.equal(t.inputSchema.type, "object", t.name);
      assert.equal(t.outputSchema.type, "object", t.name);
    }
  });
});

describe("reads", () => {
  for (const name of lists) {
    test(`${name} answers without arguments, with a small budget and with a summary alone`, async () => {
      const { summary, columns, rows } = await call(name, {});
      assert.ok(summary.matched > 0);
      assert.ok(rows.every((r) => r.length === columns.length));
      assert.ok((await call(name, { max_tokens: 500 })).summary.matched > 0);
      assert.equal((await call(name, { limit: 0 })).rows?.length ?? 0, 0);
    });

    test(`${name}: next continues where the page ended`, async () => {
      const first = await call(name, { limit: 2, fields: ["id"] });
      const second = await call(name, { limit: 2, fields: ["id"], cursor: first.next });
      const ids = [...first.rows, ...second.rows].map(([id]) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.length > 2);
    });
  }

  test("the attachments of an application and of its candidate", async () => {
    const { id, candidate_id } = await application();
    assert.ok(Array.isArray((await call("get_application_attachments", { application_id: id })).rows ?? []));
    assert.ok(Array.isArray((await call("get_candidate_attachments", { candidate_id })).rows ?? []));
  });
});

describe("writes", () => {
  test("a move by the stage's name shows in the next read", async () => {
    const { id, job_id, stage } = await application();
    const { columns, rows: stages } = await call("get_applications", { job_ids: [job_id], group_by: "stage" });
    const [other] = stages.map((r) => r[columns.indexOf("stage")]).filter((name) => name && name !== stage);
    await write("move_application_to_stage", { application_id: id, stage_id: other });
    const [moved] = await rows("get_applications", { ids: [id], fields: ["stage"] });
    assert.equal(moved.stage, other);
  });

  test("a rejection shows as DECLINED", async () => {
    const { id } = await application();
    const [reason] = await rows("get_rejection_reasons", { limit: 1 });
    await write("reject_application", { application_id: id, rejection_reason_id: reason.id, note: "Role was filled." });
    const [rejected] = await rows("get_applications", { ids: [id], fields: ["outcome"] });
    assert.equal(rejected.outcome, "DECLINED");
  });

  test("a note, a result link and an attachment on an application", async () => {
    const { id } = await application();
    await write("add_application_note", { application_id: id, content: "Speaks Finnish." });
    await write("add_application_result_link", { application_id: id, label: "Test", url: "https://example.com/1" });
    await write("add_application_attachment", {
      application_id: id,
      attachment: { name: "notes.txt", type: "OTHER", text: "Portfolio at example.com" },
    });
    const { rows: files } = await call("get_application_attachments", { application_id: id });
    assert.ok(files.flat().includes("notes.txt"));
  });

  test("a tag is added and removed, a result link and an attachment are added", async () => {
    const { candidate_id } = await application();
    const tags = async () => (await rows("get_candidates", { ids: [candidate_id], fields: ["tags"] }))[0].tags;
    await write("add_candidate_tag", { candidate_id, tag: { name: "Speaks Finnish" } });
    assert.match(await tags(), /Speaks Finnish/);
    await write("remove_candidate_tag", { candidate_id, tag: { name: "Speaks Finnish" } });
    assert.doesNotMatch(await tags(), /Speaks Finnish/);
    await write("add_candidate_result_link", { candidate_id, label: "Profile", url: "https://example.com/2" });
    await write("add_candidate_attachment", {
      candidate_id,
      attachment: { name: "letter.pdf", type: "COVER_LETTER", content_type: "application/pdf", data: pdf.toString("base64") },
    });
    const { rows: files } = await call("get_candidate_attachments", { candidate_id });
    assert.ok(files.flat().includes("letter.pdf"));
  });

  test("an application and a candidate are created and can be found", async () => {
    const job_id = await plainJob();
    await write("create_application", { job_id, candidate: applicant("Aino", "Virtanen") });
    await write("create_candidate", { candidate: applicant("Sami", "Koskinen"), application: { job_id } });
    for (const email of ["aino.virtanen@example.com", "sami.koskinen@example.com"]) {
      assert.equal((await call("get_candidates", { email })).summary.matched, 1);
    }
  });

  test("a tracked application is imported", async () => {
    const { remote_id } = await application();
    await write("import_tracked_application", {
      greenhouse: JSON.stringify({ id_type: "application_id", application_id: remote_id }),
      tracked_at: "2026-11-01T09:00:00Z",
    });
  });
});

describe("bad input", () => {
  for (const name of [...reads, ...writes]) {
    test(`${name}: an unknown parameter gives a helpful error result, not a protocol error`, async () => {
      const result = await client.callTool({ name, arguments: { no_such_parameter: 1 } });
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /no_such_parameter/);
    });
  }

  for (const [what, name, args] of [
    ["a missing required parameter", "add_application_note", { content: "x" }],
    ["a wrong type", "get_jobs", { limit: "many" }],
    ["a bad date", "get_jobs", { updated_after: "yesterday-ish" }],
    ["a bad cursor", "get_jobs", { cursor: "%%%" }],
    ["a column that does not exist", "get_jobs", { where: "nosuch == 1" }],
    ["an unknown id", "move_application_to_stage", { application_id: "nosuch", stage_id: "nosuch" }],
  ]) {
    test(`${what} gives a helpful error result, not a protocol error`, async () => {
      const result = await client.callTool({ name, arguments: args });
      assert.equal(result.isError, true);
      assert.ok(result.content[0].text.length > 20, result.content[0].text);
    });
  }

  test("null for an optional parameter, \"5\" for 5 and a bare string for a list are understood", async () => {
    const { columns, rows } = await call("get_jobs", { statuses: "OPEN", limit: "5", where: null, fields: "job" });
    assert.ok(rows.length > 0 && rows.length <= 5);
    assert.ok(columns.includes("job"));
  });

  test("an unknown tool does not end the session", async () => {
    await client.callTool({ name: "no_such_tool", arguments: {} }).catch(() => {});
    await client.ping();
  });
});

describe("stdout", () => {
  const request = (id, method, params = {}) => JSON.stringify({ jsonrpc: "2.0", id, method, params });
  const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "0" } };
  const script = [
    request(1, "server/discover"),
    request(2, "initialize", hello),
    JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }),
    request(3, "tools/list"),
    request(4, "tools/call", { name: "get_tags", arguments: {} }),
    request(5, "tools/call", { name: "get_tags", arguments: { where: "nosuch == 1" } }),
    request(6, "no/such/method"),
    "this is not JSON",
  ];

  for (const level of ["debug", "info", "warn", "error"]) {
    test(`carries nothing but the protocol at log level ${level}`, async () => {
      const child = spawn(binary, ["--sandbox", `--log-level=${level}`, ...pinned], { stdio: ["pipe", "pipe", "ignore"] });
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (chunk) => {
        out += chunk;
        // The sixth response, and the error about the line that is not JSON.
        if (out.split("\n").length > 7) child.stdin.end();
      });
      const closed = once(child, "close");
      child.stdin.write(script.join("\n") + "\n");
      const [status] = await closed;
      assert.equal(status, 0);
      assert.ok(out.endsWith("\n"));
      const ids = out.trimEnd().split("\n").map((line) => {
        const message = JSON.parse(line);
        assert.equal(message.jsonrpc, "2.0");
        return message.id;
      });
      for (const id of [1, 2, 3, 4, 5, 6]) assert.ok(ids.includes(id), `no answer to request ${id}`);
    });
  }
});
