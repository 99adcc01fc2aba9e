// Anthropic's Messages API.
import { flatten, sendEvents, sendJSON } from "./wire.mjs";

const usage = { input_tokens: 10, output_tokens: 5 };

export const anthropic = {
  path: /\/messages$/,

  read(body) {
    const blocks = (body.messages ?? []).flatMap((m) => (Array.isArray(m.content) ? m.content : []));
    const results = new Map(blocks.filter((b) => b.type === "tool_result").map((b) => [b.tool_use_id, b.content ?? ""]));
    return {
      tools: (body.tools ?? []).map((t) => ({ name: t.name, deferred: t.defer_loading === true })),
      turns: blocks
        .filter((b) => b.type === "tool_use")
        .map((b) => ({ name: b.name, args: b.input, ...flatten(results.get(b.id)) })),
    };
  },

  write(res, body, step, id) {
    const block = step.tool
      ? { type: "tool_use", id: `toolu_${id}`, name: step.tool.name, input: step.args }
      : { type: "text", text: step.text };
    const stop_reason = step.tool ? "tool_use" : "end_turn";
    const message = {
      id: `msg_${id}`, type: "message", role: "assistant", model: body.model, stop_reason: null, stop_sequence: null, usage,
    };
    if (!body.stream) return sendJSON(res, { ...message, content: [block], stop_reason });
    const empty = step.tool ? { ...block, input: {} } : { ...block, text: "" };
    const delta = step.tool
      ? { type: "input_json_delta", partial_json: JSON.stringify(step.args) }
      : { type: "text_delta", text: step.text };
    return sendEvents(res, [
      { type: "message_start", message: { ...message, content: [] } },
      { type: "content_block_start", index: 0, content_block: empty },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
      { type: "message_stop" },
    ], { named: true });
  },
};
