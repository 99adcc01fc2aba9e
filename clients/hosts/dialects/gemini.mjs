// Google's Gemini API.
import { flatten, sendEvents, sendJSON } from "./wire.mjs";

export const gemini = {
  path: /:(stream)?[gG]enerateContent$/,

  read(body) {
    const parts = (body.contents ?? []).flatMap((c) => c.parts ?? []);
    const results = parts.filter((p) => p.functionResponse).map((p) => p.functionResponse);
    const pictureBytes = parts.reduce((sum, p) => sum + (p.inlineData?.data?.length ?? 0), 0);
    let seen = 0;
    return {
      tools: (body.tools ?? []).flatMap((t) => t.functionDeclarations ?? []).map((f) => ({ name: f.name })),
      // Calls and results are in the same order; not every host sends ids.
      turns: parts
        .filter((p) => p.functionCall)
        .map((p) => {
          const response = results[seen++]?.response;
          const text = response && (response.output ?? response.error ?? JSON.stringify(response));
          return { name: p.functionCall.name, args: p.functionCall.args, ...flatten(text), pictureBytes };
        }),
    };
  },

  write(res, body, step, id, path) {
    // Side questions, such as which model to use, want JSON of a schema of their own.
    const wantsJSON = body.generationConfig?.responseMimeType === "application/json";
    const part = step.tool
      ? { functionCall: { id: `call_${id}`, name: step.tool.name, args: step.args } }
      : { text: wantsJSON ? JSON.stringify(sideAnswer) : step.text };
    const response = {
      candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      modelVersion: "scripted",
    };
    return path.includes("stream") ? sendEvents(res, [response]) : sendJSON(res, response);
  },
};

/** Holds every field that Gemini CLI is known to ask for. */
const sideAnswer = {
  reasoning: "scripted", model_choice: "pro", complexity_score: 50, complexity_reasoning: "scripted", next_speaker: "user",
};
