// OpenAI's Chat Completions API.
import { flatten, parseArguments, sendEvents, sendJSON } from "./wire.mjs";

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

export const chat = {
  path: /\/chat\/completions$/,

  read(body) {
    const messages = body.messages ?? [];
    const results = new Map(messages.filter((m) => m.role === "tool").map((m) => [m.tool_call_id, m.content ?? ""]));
    return {
      tools: (body.tools ?? []).map((t) => ({ name: t.function?.name })),
      turns: messages
        .flatMap((m) => m.tool_calls ?? [])
        .map((c) => ({ name: c.function.name, args: parseArguments(c.function.arguments), ...flatten(results.get(c.id)) })),
    };
  },

  write(res, body, step, id) {
    const calls = step.tool && [
      { index: 0, id: `call_${id}`, type: "function", function: { name: step.tool.name, arguments: JSON.stringify(step.args) } },
    ];
    const message = calls ? { role: "assistant", content: null, tool_calls: calls } : { role: "assistant", content: step.text };
    const finish_reason = calls ? "tool_calls" : "stop";
    const about = { id: `chatcmpl_${id}`, created: 1, model: body.model };
    if (!body.stream) {
      return sendJSON(res, { ...about, object: "chat.completion", choices: [{ index: 0, finish_reason, message }], usage });
    }
    const chunk = (delta, finish) => ({
      ...about, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }],
    });
    return sendEvents(res, [chunk(message, null), { ...chunk({}, finish_reason), usage }, "[DONE]"]);
  },
};
