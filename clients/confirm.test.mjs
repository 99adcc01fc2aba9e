// Confirmation over stdio with the official TypeScript clients: the one that
// most hosts have, and its successor in both eras of the protocol.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Client as NewClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as NewTransport } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

import { binary, startSandbox } from "./binary.mjs";
import { assertOffers, reads } from "./tools.mjs";

const modern = "2026-07-28";
const who = { name: "clients", version: "0" };

/** Each kind of client: how it is made, and how it is told whom to ask. */
const kinds = {
  "sdk 1": {
    make: (capabilities) => new Client(who, { capabilities }),
    ask: (client, handler) => client.setRequestHandler(ElicitRequestSchema, handler),
    transport: StdioClientTransport,
  },
  "client 2, legacy era": {
    make: (capabilities) => new NewClient(who, { capabilities, versionNegotiation: { mode: "legacy" } }),
    ask: (client, handler) => client.setRequestHandler("elicitation/create", handler),
    transport: NewTransport,
  },
  "client 2, stateless era": {
    make: (capabilities) => new NewClient(who, { capabilities, versionNegotiation: { mode: { pin: modern } } }),
    ask: (client, handler) => client.setRequestHandler("elicitation/create", handler),
    transport: NewTransport,
  },
};

let sandbox;
let home;
const open = [];

before(async () => {
  sandbox = await startSandbox();
  home = await mkdtemp(join(tmpdir(), "confirm-"));
});
after(async () => {
  for (const client of open) await client.close();
  await sandbox?.stop();
  await rm(home, { recursive: true, force: true });
});

/** The changes that the ATS made so far. */
async function effects() {
  const answer = await fetch(new URL("/_sandbox/effects", sandbox.baseURL), {
    headers: { Authorization: `Bearer ${sandbox.apiKey}` },
  });
  return (await answer.json()) ?? [];
}

let journals = 0;

/** Starts a server with a client of a kind at it; without a person it cannot ask. */
async function start(kind, { person, flags = [] } = {}) {
  const { make, ask, transport } = kinds[kind];
  const client = make(person ? { elicitation: { form: {} } } : {});
  if (person) ask(client, person);
  const env = {
    ...process.env,
    KOMBO_API_KEY: sandbox.apiKey,
    KOMBO_INTEGRATION_ID: sandbox.integrationID,
    KOMBO_BASE_URL: sandbox.baseURL,
  };
  const args = [`--journal=${join(home, `${++journals}.jsonl`)}`, ...flags];
  await client.connect(new transport({ command: binary, args, env, stderr: "inherit" }));
  open.push(client);
  return client;
}

const used = [];

/** The arguments of a rejection of somebody whom no other test has had. */
async function rejection(client) {
  const { structuredContent } = await client.callTool({
    name: "get_applications",
    arguments: { where: 'outcome == "PENDING" && candidate_id != nil', fields: ["id", "candidate"], limit: 60 },
  });
  const [id, candidate] = structuredContent.rows.find(([id, name]) => name && !used.includes(id));
  used.push(id);
  return { id, candidate, arguments: { application_id: id, rejection_reason_id: "Not enough experience" } };
}

const reject = (client, args, more = {}) => client.callTool({ name: "reject_application", arguments: args, ...more });
const textOf = (result) => result.content.map((c) => c.text).join("\n");

for (const kind of Object.keys(kinds)) {
  describe(kind, () => {
    test("asks its person, and sends nothing unless the form comes back true", async () => {
      const asked = [];
      let action, content;
      const client = await start(kind, {
        person: ({ params }) => {
          asked.push(params.message);
          return action === "accept" ? { action, content } : { action };
        },
      });
      for ([action, content] of [["decline"], ["cancel"], ["accept", {}], ["accept", { confirm: false }], ["accept", { confirm: "perhaps" }]]) {
        const before = await effects();
        const { arguments: args } = await rejection(client);
        const result = await reject(client, args);
        assert.equal(result.structuredContent?.outcome, "not sent", textOf(result));
        assert.deepEqual(await effects(), before);
      }
      [action, content] = ["accept", { confirm: true }];
      asked.length = 2;
      const before = await effects();
      const { candidate, id, arguments: args } = await rejection(client);
      const result = await reject(client, args);
      assert.equal(result.structuredContent?.outcome, "done", textOf(result));
      assert.equal(asked.length, 3);
      assert.ok(asked[2].includes(candidate) && asked[2].includes(id), asked[2]);
      assert.equal((await effects()).length, before.length + 1);

      const again = await reject(client, args);
      assert.equal(again.structuredContent?.outcome, "done", textOf(again));
      assert.equal(asked.length, 3, "what was done asks nobody again");
      assert.equal((await effects()).length, before.length + 1);
    });

    test("asks about a batch once", async () => {
      let asked = 0;
      const client = await start(kind, { person: () => (asked++, { action: "accept", content: { confirm: true } }) });
      const ids = [await rejection(client), await rejection(client), await rejection(client)].map((r) => r.id);
      const before = await effects();
      const result = await reject(client, { application_id: ids.join(","), rejection_reason_id: "Not enough experience" });
      assert.equal(result.structuredContent?.outcome, "done", textOf(result));
      assert.equal(result.structuredContent.results.length, 3);
      assert.equal(asked, 1);
      assert.equal((await effects()).length, before.length + 3);
    });

    test("a person who cannot answer sends nothing", async () => {
      const client = await start(kind, {
        person: () => {
          throw new Error("the window was closed");
        },
      });
      const before = await effects();
      const { arguments: args } = await rejection(client);
      const result = await reject(client, args).catch((failed) => ({ isError: true, failed }));
      assert.ok(result.isError || result.structuredContent.outcome === "preview", JSON.stringify(result));
      assert.deepEqual(await effects(), before);
    });

    test("without a person, deny refuses", async () => {
      const client = await start(kind, { flags: ["--confirm-fallback=deny"] });
      const before = await effects();
      const result = await reject(client, (await rejection(client)).arguments);
      assert.equal(result.isError, true);
      assert.match(textOf(result), /cannot ask/);
      assert.deepEqual(await effects(), before);
    });

    test("without a person, preview wants its code", async () => {
      const client = await start(kind, { flags: ["--confirm-fallback=preview"] });
      const before = await effects();
      const { arguments: args } = await rejection(client);
      const { arguments: other } = await rejection(client);
      const preview = await reject(client, args);
      assert.equal(preview.structuredContent?.outcome, "preview", textOf(preview));
      const { code } = preview.structuredContent;
      for (const wrong of [{ ...args, code: "AAAA-AAAA-AAAA" }, { ...other, code }, { ...args, note: "Bye.", code }]) {
        assert.equal((await reject(client, wrong)).isError, true);
      }
      assert.deepEqual(await effects(), before);
      const done = await reject(client, { ...args, code });
      assert.equal(done.structuredContent?.outcome, "done", textOf(done));
      assert.equal((await effects()).length, before.length + 1);
    });

    test("without a person, allow trusts the host", async () => {
      const client = await start(kind, { flags: ["--confirm-fallback=allow"] });
      const result = await reject(client, (await rejection(client)).arguments);
      assert.equal(result.structuredContent?.outcome, "done", textOf(result));
    });

    test("confirm-all asks before a note, confirm does not, deny and read-only send nothing", async () => {
      let asked = 0;
      const person = () => (asked++, { action: "accept", content: { confirm: true } });
      for (const [flags, times, outcome] of [
        [["--writes=confirm-all"], 1, "done"],
        [["--writes=confirm"], 0, "done"],
        [["--writes=allow"], 0, "done"],
        [["--writes=deny"], 0, undefined],
      ]) {
        asked = 0;
        const client = await start(kind, { person, flags });
        const { id } = await rejection(client);
        const before = await effects();
        const result = await client.callTool({ name: "add_application_note", arguments: { application_id: id, content: "Hello." } });
        assert.equal(result.structuredContent?.outcome, outcome, textOf(result));
        assert.equal(asked, times, flags[0]);
        assert.equal((await effects()).length, before.length + (outcome ? 1 : 0));
      }
      const client = await start(kind, { person, flags: ["--read-only"] });
      const { tools } = await client.listTools();
      assertOffers(tools, reads);
      assert.ok(tools.every((t) => t.annotations.readOnlyHint));
    });
  });
}

test("the stateless era: an answer fits its own question, unaltered, once", async () => {
  const client = new NewClient(who, {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: modern } },
    inputRequired: { autoFulfill: false },
  });
  const env = { ...process.env, KOMBO_API_KEY: sandbox.apiKey, KOMBO_INTEGRATION_ID: sandbox.integrationID, KOMBO_BASE_URL: sandbox.baseURL };
  await client.connect(new NewTransport({ command: binary, args: [`--journal=${join(home, "bare.jsonl")}`], env, stderr: "inherit" }));
  open.push(client);

  const manual = (args, more) => client.callTool({ name: "reject_application", arguments: args, ...more }, { allowInputRequired: true });
  const { arguments: args } = await rejection(client);
  const { arguments: other } = await rejection(client);
  const asked = await manual(args);
  assert.equal(asked.resultType, "input_required");
  const { requestState } = asked;
  const yes = { confirm: { action: "accept", content: { confirm: true } } };
  const before = await effects();
  for (const [what, wrong, state] of [
    ["no state", args, undefined],
    ["an altered state", args, `B${requestState.slice(1)}`],
    ["other arguments", other, requestState],
    ["a note more", { ...args, note: "Bye." }, requestState],
  ]) {
    const result = await manual(wrong, { inputResponses: yes, requestState: state });
    assert.equal(result.isError, true, `${what}: ${textOf(result)}`);
    assert.deepEqual(await effects(), before, what);
  }
  const no = await manual(args, { inputResponses: { confirm: { action: "decline" } }, requestState });
  assert.equal(no.structuredContent.outcome, "not sent");
  const turned = await manual(args, { inputResponses: yes, requestState });
  assert.equal(turned.isError, true, textOf(turned));
  assert.deepEqual(await effects(), before);

  const anew = await manual(args);
  const done = await manual(args, { inputResponses: yes, requestState: anew.requestState });
  assert.equal(done.structuredContent.outcome, "done", textOf(done));
  assert.equal((await effects()).length, before.length + 1);
});
