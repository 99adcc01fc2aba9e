// A model with a script: it answers every request of a host on loopback, in the
// dialect of the request, and keeps what was asked. It makes no judgement; which
// tool is called next is the script's choice alone.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { anthropic } from "./dialects/anthropic.mjs";
import { chat } from "./dialects/chat.mjs";
import { gemini } from "./dialects/gemini.mjs";
import { responses } from "./dialects/responses.mjs";
import { sendJSON } from "./dialects/wire.mjs";

/**
 * Each dialect has a `path` that its requests end in, `read`, which returns of a
 * request the tools that it offers ({name, namespace, deferred}) and the turns
 * ({name, args, text, pictureBytes}; no text means that there is no result yet), and
 * `write`, which answers with a step: {tool, args} or {text}.
 */
const dialects = [anthropic, responses, chat, gemini];

const searchTools = /^(ToolSearch|tool_search)$/;

/** Whether a host's name for a tool, which may have a prefix, is this tool of ours. */
export function isTool(name, ours) {
  return name === ours || new RegExp(`(^|[^a-z])${ours}$`).test(name ?? "");
}

/** How a host would call a tool of ours: as it offers it, or else by a name that it has only mentioned. */
function find(ours, tools, body) {
  const offered = tools.filter((t) => isTool(t.name, ours) && !t.deferred);
  if (offered.length > 0) return offered[0];
  const [mentioned] = new RegExp(`\\bmcp_[\\w-]*?${ours}\\b`).exec(JSON.stringify(body)) ?? [];
  return mentioned && { name: mentioned, mentioned: true };
}

/** The next step of a script: its tool, a search for it where the host defers its tools, or the end. */
export function nextStep(script, { tools, turns }, body) {
  if (tools.length === 0) return { text: "Recruiting" };
  const wanted = script(turns.filter((t) => !searchTools.test(t.name)));
  if (!wanted) return { text: "All done." };
  const tool = find(wanted.tool, tools, body);
  const search = tools.find((t) => searchTools.test(t.name));
  const searched = turns.some((t) => searchTools.test(t.name) && JSON.stringify(t.args).includes(wanted.tool));
  if (search && !searched && (!tool || tool.mentioned)) {
    return { tool: search, args: { query: `select:${tool?.name ?? wanted.tool}`, max_results: 5 } };
  }
  if (!tool) return { text: `I have no tool ${wanted.tool}.` };
  return { tool, args: wanted.args };
}

/**
 * Starts a model that follows the script, and keeps every request in the folder.
 * The script is a function of the calls so far to the next {tool, args}, or null.
 */
export async function startModel(script, folder) {
  mkdirSync(folder, { recursive: true });
  const requests = [];
  const server = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const path = req.url.split("?")[0];
    const number = requests.length;
    const request = { method: req.method, path, body: text && safeParse(text) };
    requests.push(request);
    writeFileSync(join(folder, `${String(number).padStart(3, "0")}.json`), JSON.stringify(request, null, 1));
    const dialect = dialects.find((d) => d.path.test(path));
    if (req.method !== "POST" || !dialect) return sendJSON(res, ...aside(path));
    request.read = dialect.read(request.body);
    request.step = nextStep(script, request.read, request.body);
    return dialect.write(res, request.body, request.step, number, path);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}

function safeParse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { unparsed: text.slice(0, 2000) };
  }
}

/** Answers to what hosts ask beside the conversation. */
function aside(path) {
  if (path.endsWith("/count_tokens")) return [{ input_tokens: 1000 }];
  if (path.endsWith(":countTokens")) return [{ totalTokens: 1000 }];
  if (path.endsWith("/models")) return [{ object: "list", data: [{ id: "scripted", object: "model", created: 1, owned_by: "none" }], models: [] }];
  return [{ error: { message: `the scripted model has no ${path}` } }, 404];
}
