#!/usr/bin/env node
// Starts the program of the package for this platform, which npm installs as an
// optional dependency of this one.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");
const { optionalDependencies } = require("./package.json");

// The exit code of every command that could not be run as given.
const USAGE = 2;

function fail(message) {
  process.stderr.write(`kombo-mcp: ${message}\n`);
  process.exit(USAGE);
}

function program() {
  const name = `@kombo-mcp/${process.platform}-${process.arch}`;
  if (!Object.hasOwn(optionalDependencies, name)) {
    const known = Object.keys(optionalDependencies).map((n) => n.slice(n.indexOf("/") + 1));
    fail(`there is no program for ${process.platform} on ${process.arch}, only for ${known.join(", ")}`);
  }
  const file = process.platform === "win32" ? "kombo-mcp.exe" : "kombo-mcp";
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), "bin", file);
  } catch {
    fail(
      `the package ${name}, which holds the program for this machine, is not installed. npm leaves it out with ` +
        "--omit=optional (or omit=optional in .npmrc), and where node_modules comes from another platform. " +
        `Install kombo-mcp again on this machine without that, or add the package itself: npm install ${name}@${optionalDependencies[name]}`,
    );
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit", windowsHide: true });

// On Windows a console sends Ctrl-C to both processes, and kill would end the program at once.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) {
  process.on(signal, () => {
    if (process.platform !== "win32") child.kill(signal);
  });
}

child.on("error", (err) => fail(`the program could not be started: ${err.message}`));
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // End as the program ended, so that whoever started this one sees the same signal.
  for (const s of signals) process.removeAllListeners(s);
  process.kill(process.pid, signal);
  // A signal that does not end this process leaves the code that shells use for it.
  process.exitCode = 128 + constants.signals[signal];
});
