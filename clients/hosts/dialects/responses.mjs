// OpenAI's Responses API.
import { flatten, parseArguments, sendEvents, sendJSON } from "./wire.mjs";

const usage = {
  input_tokens: 10, output_tokens: 5, total_tokens: 15,
  input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 },
};

export const responses = {
  path: /\/responses$/,

  read(body) {
    const items = Array.isArray(body.input) ? body.input : [];
    const results = new Map(items.filter((i) => i.type?.endsWith("call_output")).map((i) => [i.call_id, i.output]));
    return {
      // A namespace holds the tools of one server.
      tools: (body.tools ?? []).flatMap((t) =>
        t.type === "namespace" ? t.tools.map((inner) => ({ name: inner.name, namespace: t.name })) : [{ name: t.name ?? t.type }]),
      turns: items
        .filter((i) => i.type === "function_call")
        .map((i) => ({ name: i.name, args: parseArguments(i.arguments), ...flatten(results.get(i.call_id)) })),
    };
  },

  write(res, body, step, id) {
    const item = step.tool
      ? {
          type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, name: step.tool.name, status: "completed",
          arguments: JSON.stringify(step.args), ...(step.tool.namespace ? { namespace: step.tool.namespace } : {}),
        }
      : {
          type: "message", id: `m_${id}`, role: "assistant", status: "completed",
          content: [{ type: "output_text", text: step.text, annotations: [] }],
        };
    const response = {
      id: `resp_${id}`, object: "response", created_at: 1, status: "completed", model: body.model, output: [item], usage,
      error: null, incomplete_details: null, parallel_tool_calls: false, tool_choice: "auto", tools: [],
    };
    if (!body.stream) return sendJSON(res, response);
    return sendEvents(res, [
      { type: "response.created", sequence_number: 0, response: { ...response, status: "in_progress", output: [] } },
      { type: "response.output_item.added", sequence_number: 1, output_index: 0, item },
      { type: "response.output_item.done", sequence_number: 2, output_index: 0, item },
      { type: "response.completed", sequence_number: 3, response },
    ], { named: true });
  },
};
