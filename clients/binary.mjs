// The binary under test, and the sandbox that it serves.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Path of the built server, or of the one that KOMBO_MCP_BIN names. */
export const binary =
  process.env.KOMBO_MCP_BIN ?? fileURLToPath(new URL("../bin/kombo-mcp", import.meta.url));

/** The same made-up data in every run, so that failures are reproducible. */
export const pinned = ["--seed=7", "--today=2026-11-24"];

/**
 * Starts `kombo-mcp sandbox` on a free port. Returns the three values that it
 * prints, and a function that stops it.
 */
export async function startSandbox(...args) {
  const child = spawn(binary, ["sandbox", "--listen=127.0.0.1:0", "--rate-limit=-1", ...pinned, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  process.once("exit", () => child.kill());
  const stop = async () => {
    child.kill();
    await exited;
  };
  const values = {};
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [name, ...rest] = line.split("=");
    values[name] = rest.join("=");
    if (values.KOMBO_BASE_URL && values.KOMBO_API_KEY && values.KOMBO_INTEGRATION_ID) {
      child.stdout.resume();
      return {
        baseURL: values.KOMBO_BASE_URL,
        apiKey: values.KOMBO_API_KEY,
        integrationID: values.KOMBO_INTEGRATION_ID,
        stop,
      };
    }
  }
  throw new Error(`the sandbox ended before it was listening; it printed ${JSON.stringify(values)}`);
}
