// What the dialects share: how answers are written, and how results are read.

/** Answers with one JSON value. */
export function sendJSON(res, value, status = 200) {
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(JSON.stringify(value));
}

/** Answers with a stream of events; `named` writes each event's type as well. */
export function sendEvents(res, events, { named = false } = {}) {
  res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  for (const event of events) {
    const data = typeof event === "string" ? event : JSON.stringify(event);
    res.write(`${named ? `event: ${event.type}\n` : ""}data: ${data}\n\n`);
  }
  res.end();
}

/** The text and the bytes of pictures in a result, whatever the shape of its content. */
export function flatten(content) {
  if (content === undefined || content === null) return {};
  if (typeof content === "string") return { text: content, pictureBytes: 0 };
  const parts = Array.isArray(content) ? content : [content];
  let pictureBytes = 0;
  const texts = [];
  for (const part of parts) {
    const picture = part.source?.data ?? part.image_url?.url ?? (part.type?.includes("image") ? part.image_url : undefined);
    if (picture) pictureBytes += String(picture).length;
    else if (typeof part === "string") texts.push(part);
    else if (typeof part.text === "string") texts.push(part.text);
    else if (typeof part.content === "string") texts.push(part.content);
    else texts.push(JSON.stringify(part));
  }
  return { text: texts.join("\n"), pictureBytes };
}

/** Parses the arguments of a call, which some APIs have as text. */
export function parseArguments(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
