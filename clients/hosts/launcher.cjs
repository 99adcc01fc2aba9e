// Stands where a host starts the server: starts the real one on made-up data, passes
// every byte on in both directions, and records the messages and whether the key
// that the host was to provide has arrived.
const { spawn } = require("node:child_process");
const { appendFileSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Where the key comes from that the host was to provide: "file", "environment", or what is there instead. */
function keySource(key) {
  const { KOMBO_API_KEY: value, KOMBO_API_KEY_FILE: file } = process.env;
  if (value && value !== key) return "wrong";
  if (!file) return value ? "environment" : "none";
  try {
    return readFileSync(file, "utf8").trim() === key ? "file" : "wrong";
  } catch {
    return "none";
  }
}

module.exports = ({ binary, args, key, folder }) => {
  const record = (entry) => appendFileSync(join(folder, `wire-${process.pid}.jsonl`), `${JSON.stringify(entry)}\n`);
  record({ started: process.argv.slice(2), key: keySource(key) });
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KOMBO_")));
  const journal = join(folder, `journal-${process.pid}.jsonl`);
  const server = spawn(binary, [...args, `--journal=${journal}`], { stdio: ["pipe", "pipe", "inherit"], env });
  const pass = (from, source, sink) => {
    let rest = "";
    source.on("data", (chunk) => {
      sink.write(chunk);
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line.trim()) record({ from, message: JSON.parse(line) });
    });
  };
  process.stdin.setEncoding("utf8");
  server.stdout.setEncoding("utf8");
  pass("host", process.stdin, server.stdin);
  pass("server", server.stdout, process.stdout);
  process.stdin.on("end", () => server.stdin.end());
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => server.kill(signal));
  server.stdin.on("error", () => {});
  process.stdout.on("error", () => server.kill());
  server.on("exit", (code) => process.exit(code ?? 1));
};
