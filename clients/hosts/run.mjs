// Runs of a host: a home of its own, the server installed there, the host started
// and, when it is done, everything that it left running ended.
import { execFile, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { binary } from "../binary.mjs";
import { node } from "./programs.mjs";

export const integration = "greenhouse:8d1hpPsbjxUkoCoa1veLZGe5";
export const key = "a-key-of-nobody";
export const token = "a-token-of-nobody-0123456789abcdef";

/** The longest that a step may take, in milliseconds. */
const stepTimeout = 120_000;

const launcher = fileURLToPath(new URL("launcher.cjs", import.meta.url));

/** A home directory for one run of a host, with a work folder, a bin folder and one for what is recorded. */
export function makeHome(root, program, run) {
  const home = join(root, program.id, run);
  for (const folder of ["", "work", "bin", "tmp", "wire", "model"]) mkdirSync(join(home, folder), { recursive: true });
  return home;
}

/** The environment of a host: nothing of this process's, no network but loopback, no telemetry. */
function environment(program, home, url) {
  const nowhere = "http://127.0.0.1:9";
  return {
    HOME: home, USER: "checks", TMPDIR: join(home, "tmp"), TERM: "dumb", LANG: "C.UTF-8", CI: "true",
    PATH: `${join(home, "bin")}:${dirname(node)}:/usr/local/bin:/usr/bin:/bin`,
    HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere,
    NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost",
    DO_NOT_TRACK: "1", DISABLE_TELEMETRY: "1", OTEL_SDK_DISABLED: "true",
    KOMBO_API_KEY: key, KOMBO_AUTH_TOKEN: token,
    ...program.env?.(url),
  };
}

/**
 * Installs the server as a user would. Hosts start what install wrote: a link to the
 * program, which is then replaced by the launcher, so that the file stays as it is.
 */
export async function install(program, home, url, flags) {
  program.configure?.(home, url);
  const command = join(home, "bin", "kombo-mcp");
  symlinkSync(binary, command);
  const env = { ...environment(program, home, url), KOMBO_INTEGRATION_ID: integration };
  await promisify(execFile)(command, ["install", program.id], { env, cwd: join(home, "work"), timeout: stepTimeout });
  rmSync(command);
  const settings = { binary, args: ["--sandbox", "--today=2026-11-24", ...flags], key, folder: join(home, "wire") };
  writeFileSync(command, `#!${process.execPath}\nrequire(${JSON.stringify(launcher)})(${JSON.stringify(settings)});\n`, { mode: 0o700 });
}

/** Installs a server over HTTP, which wants the token that the host has in its environment. */
export async function installURL(program, home, url, address) {
  program.configure?.(home, url);
  await promisify(execFile)(binary, ["install", "--url", address, program.id], {
    env: environment(program, home, url), cwd: join(home, "work"), timeout: stepTimeout,
  });
}

/** Runs the host with arguments until it ends or time is up; returns its exit code, null if it had to be stopped. */
export async function start(program, home, url, name, args) {
  const log = openSync(join(home, `${name}.log`), "w");
  const [file, ...first] = program.command;
  const child = spawn(file, [...first, ...args], {
    cwd: join(home, "work"), env: environment(program, home, url), stdio: ["ignore", log, log], detached: true,
  });
  const ended = new Promise((resolve) => {
    child.on("error", () => resolve(-1));
    child.on("exit", (code) => resolve(code));
  });
  const timer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), stepTimeout);
  const code = await ended;
  clearTimeout(timer);
  closeSync(log);
  await endLeftovers(home);
  return code;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Ends the processes that a host left behind, each by its id: those whose home is the run's own. */
async function endLeftovers(home) {
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    const left = processesOf(home);
    for (const pid of left) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
    if (left.length === 0) return;
    for (let tries = 0; tries < 20 && processesOf(home).length > 0; tries++) await sleep(100);
  }
}

/** On Linux, the ids of the processes whose HOME is that folder. */
function processesOf(home) {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${home}`);
      } catch {
        return false;
      }
    });
}
