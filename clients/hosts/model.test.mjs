// The scripted model in each dialect: what it reads of a request, and that a script
// goes on from result to result.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { nextStep, startModel } from "./model.mjs";

const folder = await mkdtemp(join(tmpdir(), "model-"));
after(() => rm(folder, { recursive: true, force: true }));

/** A read, then the end. */
const script = (turns) => (turns.length === 0 ? { tool: "get_jobs", args: { limit: 1 } } : null);

const schema = { type: "object", properties: {} };

/** Per dialect: the path, a first request, what the call in its answer is, and the request with the call's result. */
const conversations = {
  anthropic: {
    path: "/v1/messages",
    first: { model: "m", messages: [{ role: "user", content: "hi" }], tools: [{ name: "mcp__kombo__get_jobs", input_schema: schema }] },
    call: (answer) => answer.content[0],
    next: (first, call) => ({
      ...first,
      messages: [
        ...first.messages,
        { role: "assistant", content: [call] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: [{ type: "text", text: "jobs: 1" }] }] },
      ],
    }),
    text: (answer) => answer.content[0].text,
    args: (call) => call.input,
  },
  responses: {
    path: "/v1/responses",
    first: { model: "m", input: [], tools: [{ type: "namespace", name: "mcp__kombo", tools: [{ type: "function", name: "get_jobs", parameters: schema }] }] },
    call: (answer) => answer.output[0],
    next: (first, call) => ({ ...first, input: [call, { type: "function_call_output", call_id: call.call_id, output: "jobs: 1" }] }),
    text: (answer) => answer.output[0].content[0].text,
    args: (call) => (assert.equal(call.namespace, "mcp__kombo"), JSON.parse(call.arguments)),
  },
  chat: {
    path: "/v1/chat/completions",
    first: { model: "m", messages: [{ role: "user", content: "hi" }], tools: [{ type: "function", function: { name: "kombo_get_jobs", parameters: schema } }] },
    call: (answer) => answer.choices[0].message.tool_calls[0],
    next: (first, call) => ({
      ...first,
      messages: [...first.messages, { role: "assistant", tool_calls: [call] }, { role: "tool", tool_call_id: call.id, content: "jobs: 1" }],
    }),
    text: (answer) => answer.choices[0].message.content,
    args: (call) => JSON.parse(call.function.arguments),
  },
  gemini: {
    path: "/v1beta/models/m:generateContent",
    first: { contents: [{ role: "user", parts: [{ text: "hi" }] }], tools: [{ functionDeclarations: [{ name: "mcp_kombo_get_jobs" }] }] },
    call: (answer) => answer.candidates[0].content.parts[0],
    next: (first, call) => ({
      ...first,
      contents: [
        ...first.contents,
        { role: "model", parts: [call] },
        { role: "user", parts: [{ functionResponse: { name: call.functionCall.name, response: { output: "jobs: 1" } } }] },
      ],
    }),
    text: (answer) => answer.candidates[0].content.parts[0].text,
    args: (call) => call.functionCall.args,
  },
};

for (const [name, c] of Object.entries(conversations)) {
  test(`${name}: the script goes on from its call's result`, async () => {
    const model = await startModel(script, join(folder, name));
    try {
      const ask = async (body) => (await fetch(model.url + c.path, { method: "POST", body: JSON.stringify(body) })).json();
      const call = c.call(await ask(c.first));
      assert.deepEqual(c.args(call), { limit: 1 });
      const next = c.next(c.first, call);
      assert.equal(c.text(await ask(next)), "All done.");
      assert.equal(model.requests[1].read.turns[0].text, "jobs: 1");
      const streamed = await fetch(model.url + c.path.replace("generate", "streamGenerate"), {
        method: "POST", body: JSON.stringify({ ...c.first, stream: true }),
      });
      assert.match(await streamed.text(), /^(event: [\w.]+\n)?data: \{/);
      assert.equal((await readdir(join(folder, name))).length, 3, "every request is kept");
    } finally {
      await model.close();
    }
  });
}

test("a tool that the host defers is searched for first", () => {
  const search = { name: "ToolSearch" };
  const body = { system: "deferred: mcp__kombo__get_jobs" };
  const first = nextStep(script, { tools: [search], turns: [] }, body);
  assert.equal(first.tool, search);
  assert.match(first.args.query, /mcp__kombo__get_jobs/);
  const found = nextStep(script, { tools: [search], turns: [{ name: "ToolSearch", args: first.args, text: "found" }] }, body);
  assert.equal(found.tool.name, "mcp__kombo__get_jobs");
  assert.deepEqual(nextStep(script, { tools: [], turns: [] }, {}), { text: "Recruiting" }, "a side question has no tools");
  assert.match(nextStep(script, { tools: [{ name: "shell" }], turns: [] }, {}).text, /no tool get_jobs/);
});
