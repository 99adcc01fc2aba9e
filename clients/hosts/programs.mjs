// The hosts: how each is started without a person, with its most permissive flags,
// and how it is told where the model is. `kombo-mcp install` tells it of the server.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { node22 } from "../node22.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const platform = `${process.platform}-${process.arch}`;

/** Node 22, which most of them need. */
export const node = node22(createRequire(import.meta.url).resolve);

/** A program that is the file of a package, run by Node 22. */
const script = (file) => [node, join(modules, file)];
/** A program that is a file of a package for this platform; npm runs no script here that would link it. */
const native = (file) => [join(modules, file)];

function write(home, file, text) {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof text === "string" ? text : JSON.stringify(text, null, 2));
}

/**
 * Each host has the name of its package, whose version is reported; its id for
 * `kombo-mcp install`; its command; `configure`, which writes what it needs but for
 * the server; `env`; `literalToken`, if it sends a reference to a token as it stands; `list`, the arguments that make it list its servers, if it can;
 * and `run`, those that make it answer a prompt and approve all tools.
 */
export const programs = [
  {
    id: "claude-code", title: "Claude Code", package: "@anthropic-ai/claude-code",
    command: native(`@anthropic-ai/claude-code-${platform}/claude`),
    env: (url) => ({
      ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "scripted", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1", IS_SANDBOX: "1",
    }),
    list: ["mcp", "list"],
    permissive: "--dangerously-skip-permissions",
    run: (prompt) => ["-p", prompt, "--dangerously-skip-permissions", "--output-format", "json"],
  },
  {
    id: "codex", title: "Codex CLI", package: "@openai/codex",
    command: script("@openai/codex/bin/codex.js"),
    configure: (home, url) =>
      write(home, ".codex/config.toml", [
        'model = "scripted"', 'model_provider = "scripted"', "check_for_update_on_startup = false", "",
        "[model_providers.scripted]", 'name = "scripted"', `base_url = "${url}/v1"`, 'wire_api = "responses"', 'env_key = "SCRIPTED_KEY"', "",
        "[analytics]", "enabled = false", "",
      ].join("\n")),
    env: () => ({ SCRIPTED_KEY: "scripted" }),
    list: ["mcp", "list"],
    permissive: "--dangerously-bypass-approvals-and-sandbox",
    run: (prompt) => ["exec", "--dangerously-bypass-approvals-and-sandbox", "--skip-git-repo-check", prompt],
  },
  {
    id: "gemini", title: "Gemini CLI", package: "@google/gemini-cli",
    command: script("@google/gemini-cli/bundle/gemini.js"),
    configure: (home) =>
      write(home, ".gemini/settings.json", {
        security: { auth: { selectedType: "gemini-api-key" } }, privacy: { usageStatisticsEnabled: false },
        general: { enableAutoUpdate: false },
      }),
    env: (url) => ({ GEMINI_API_KEY: "scripted", GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: "true" }),
    list: ["mcp", "list"],
    permissive: "--yolo",
    run: (prompt) => ["--yolo", "--skip-trust", "-m", "gemini-2.5-pro", "-p", prompt],
  },
  {
    id: "cline", title: "Cline", package: "cline",
    command: native(`@cline/cli-${platform}/bin/cline`),
    env: () => ({ CLINE_TELEMETRY_DISABLED: "1" }),
    literalToken: true,
    before: (url) => [["auth", "--provider", "openai-compatible", "--apikey", "scripted", "--modelid", "scripted", "--baseurl", `${url}/v1`]],
    permissive: "--auto-approve true (its default)",
    run: (prompt) => ["--json", "--auto-approve", "true", "--timeout", "90", prompt],
  },
  {
    id: "continue", title: "Continue", package: "@continuedev/cli",
    command: script("@continuedev/cli/dist/cn.js"),
    configure: (home, url) =>
      write(home, ".continue/config.yaml", [
        "name: checks", "version: 1.0.0", "schema: v1", "models:", "  - name: scripted", "    provider: openai", "    model: scripted",
        `    apiBase: ${url}/v1`, "    apiKey: scripted", "    roles: [chat]", "    capabilities: [tool_use]", "",
      ].join("\n")),
    env: () => ({ CONTINUE_TELEMETRY_ENABLED: "0" }),
    permissive: "--auto",
    run: (prompt) => ["-p", "--auto", prompt],
  },
  {
    id: "copilot", title: "Copilot CLI", package: "@github/copilot",
    command: script("@github/copilot/npm-loader.js"),
    env: (url) => ({
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`, COPILOT_PROVIDER_API_KEY: "scripted", COPILOT_MODEL: "scripted",
      COPILOT_OFFLINE: "true", COPILOT_AUTO_UPDATE: "false",
    }),
    list: ["mcp", "list"],
    permissive: "--yolo",
    run: (prompt) => ["--yolo", "--no-color", "-p", prompt],
  },
  {
    id: "opencode", title: "opencode", package: "opencode-ai",
    command: native(`opencode-${platform}/bin/opencode`),
    configure: (home, url) =>
      write(home, ".config/opencode/opencode.json", {
        provider: {
          local: {
            npm: "@ai-sdk/openai-compatible", name: "scripted", options: { baseURL: `${url}/v1`, apiKey: "scripted" },
            models: { scripted: { name: "scripted", tool_call: true } },
          },
        },
      }),
    env: () => ({ OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_LSP_DOWNLOAD: "1" }),
    list: ["mcp", "list"],
    permissive: "--auto",
    run: (prompt) => ["run", "--auto", "-m", "local/scripted", prompt],
  },
  {
    id: "qwen", title: "Qwen Code", package: "@qwen-code/qwen-code",
    command: script("@qwen-code/qwen-code/cli-entry.js"),
    configure: (home) =>
      write(home, ".qwen/settings.json", {
        security: { auth: { selectedType: "openai" } }, privacy: { usageStatisticsEnabled: false }, general: { enableAutoUpdate: false },
      }),
    env: (url) => ({ OPENAI_API_KEY: "scripted", OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: "scripted" }),
    list: ["mcp", "list"],
    permissive: "--yolo",
    run: (prompt) => ["--yolo", prompt],
  },
];

/** The installed version of a host. */
export function version(program) {
  return JSON.parse(readFileSync(join(modules, program.package, "package.json"), "utf8")).version;
}
