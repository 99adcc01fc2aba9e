// What a run of a host shows: from what passed between it and the server, from what
// it asked of the model, and from the journal.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

import { isTool } from "./model.mjs";

/** A phrase of the server's instructions. */
const instruction = "Hands in an applicant tracking system";

const codePattern = /\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b/;

/** The code in a text, as an agent would find it. */
export const codeIn = (text) => codePattern.exec(text ?? "")?.[0];

function readLines(folder, prefix) {
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean))
    .map((line) => JSON.parse(line));
}

/** Everything that was recorded in a run. */
export function record(home, requests) {
  const wire = readLines(join(home, "wire"), "wire-");
  return {
    started: wire.filter((entry) => entry.started),
    messages: wire.filter((entry) => entry.message),
    journal: readLines(join(home, "wire"), "journal-"),
    requests: requests.filter((r) => r.read),
  };
}

/** The version of the protocol that the host and the server agreed on. */
export function protocol({ messages }) {
  const agreed = messages.map(({ from, message }) => {
    const meta = message.params?._meta?.["io.modelcontextprotocol/protocolVersion"];
    return from === "host" ? meta : message.result?.protocolVersion;
  });
  return agreed.find(Boolean);
}

/** How the key came to the server, of the start that served the model. */
export const keySource = ({ started }) => started.at(-1)?.key;

export const asksFor = ({ messages }, method) => messages.some((m) => m.from === "host" && m.message.method === method);

/** Our tools in the first request that offers any: described, or mentioned by name alone and found by a search. */
export function toolsAsSeen({ requests }, names) {
  const first = requests.find((r) => names.some((name) => JSON.stringify(r.body).includes(name)) && r.read.tools.length > 0);
  if (!first) return { described: 0, mentioned: 0 };
  const text = JSON.stringify(first.body);
  const described = names.filter((name) => first.read.tools.some((t) => isTool(t.name, name) && !t.deferred)).length;
  const mentioned = names.filter((name) => new RegExp(`[^a-z]${name}\\b`).test(text)).length;
  return { described, mentioned };
}

export const hasInstructions = ({ requests }) => requests.some((r) => JSON.stringify(r.body).includes(instruction));

/** The turns of the longest conversation. */
function turns({ requests }, tool) {
  const all = requests.map((r) => r.read.turns.filter((t) => isTool(t.name, tool)));
  return all.sort((a, b) => b.length - a.length)[0] ?? [];
}

/** The answer to a read as the model gets it. */
export function readAnswer(recorded) {
  const [turn] = turns(recorded, "get_applications");
  if (!turn) return { ok: false, says: "the model was not offered the tool" };
  const text = turn.text ?? "";
  // In JSON within JSON, quotes have backslashes.
  const forms = [
    ...(/applications: \d+ matched/.test(text) ? ["text"] : []),
    ...(/"matched\\?":/.test(text) ? ["JSON"] : []),
  ];
  if (forms.length === 0) return { ok: false, says: shorten(text) };
  return { ok: true, forms, tokens: countTokens(text), ...(turn.pictureBytes ? { pictureBytes: turn.pictureBytes } : {}) };
}

const shorten = (text) => (text ?? "no answer").replace(/\s+/g, " ").replace(/^Wall time: \S+ seconds /, "").slice(0, 160);

/** The forms that the server showed, and what came back: the host's own words for it. */
function forms({ messages }) {
  const answers = [];
  const asked = new Set();
  for (const { from, message } of messages) {
    if (from === "server" && message.method === "elicitation/create") asked.add(message.id);
    if (from === "host" && asked.has(message.id) && !message.method) answers.push(message.error ? "error" : message.result);
    // Since 2026-07-28 a question is part of a result, and its answer of the next call.
    const replies = from === "host" && message.params?.inputResponses;
    if (replies) answers.push(...Object.values(replies).map((r) => r.result ?? r));
  }
  const shown = messages.filter(({ from, message }) => from === "server" && (message.method === "elicitation/create" || message.result?.inputRequests)).length;
  return { shown, answers };
}

/** What became of a rejection: whether a person was asked, what the model was told, what the ATS got and on whose word. */
export function rejection(recorded) {
  const { shown, answers } = forms(recorded);
  const calls = recorded.messages
    .filter(({ from, message }) => from === "host" && message.method === "tools/call" && message.params?.name === "reject_application")
    .filter(({ message }) => !message.params.inputResponses);
  const sent = recorded.journal.filter((line) => line.kind === "intent" && line.tool === "reject_application");
  const told = turns(recorded, "reject_application").map((t) => shorten(t.text));
  return {
    attempts: told.length,
    refusedByHost: told.length > 0 && calls.length === 0,
    withCode: calls.some(({ message }) => message.params.arguments?.code),
    forms: shown,
    answers: answers.map((a) => (typeof a === "string" ? a : [a.action, ...(a.content?.confirm === true ? ["confirmed"] : [])].join(", "))),
    sent: sent.length,
    confirmed: sent.map((line) => line.confirmed_how ?? "by nobody"),
    told,
  };
}
