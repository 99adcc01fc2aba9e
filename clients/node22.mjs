// A Node for the tools that need a newer one, and servers over HTTP for them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** Path of Node 22.19 or newer: this one, or the one that npm installed where `resolve` finds it. */
export function node22(resolve = createRequire(import.meta.url).resolve) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  return join(dirname(resolve(`node-${process.platform}-${process.arch}/package.json`)), "bin", "node");
}

/** Starts a server that logs its address on stderr. Returns the address and a function that stops it. */
export async function serveHTTP(command, args = [], env = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "pipe"], env: { ...process.env, ...env } });
  const exited = once(child, "exit");
  process.once("exit", () => child.kill());
  const said = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    const [, address] = / on (\S+:\d+)$/.exec(line) ?? [];
    if (!address) continue;
    child.stderr.resume();
    const stop = async () => {
      child.kill();
      const [code] = await exited;
      return code;
    };
    return { base: `http://${address}`, stop };
  }
  throw new Error(`the server ended before it was listening: ${said.join("\n")}`);
}
