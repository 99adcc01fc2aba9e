// The packages of npm that `make npm` made, and a registry on loopback that has them.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../bin/npm", import.meta.url));

/** The name of the package that holds the program of this machine. */
export const here = `@kombo-mcp/${process.platform}-${process.arch}`;

/** The packages by name: the path of the file, its bytes, and its package.json. */
export async function packed() {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".tgz"));
  const all = {};
  for (const name of files) {
    const file = join(folder, name);
    const { stdout } = await run("tar", ["-xzOf", file, "package/package.json"]);
    const manifest = JSON.parse(stdout);
    all[manifest.name] = { file, bytes: await readFile(file), manifest };
  }
  if (!all["kombo-mcp"] || !all[here]) throw new Error(`${folder} lacks the launcher or ${here}: run make npm`);
  return all;
}

/**
 * Serves the packages as a registry does. Of the platforms for which none was made, it has what
 * npm reads before it decides what to install. Returns its address, the paths that were asked
 * for and a function that stops it.
 */
export async function startRegistry(packages) {
  const asked = [];
  let address;
  const documents = {};
  const add = (manifest, dist) => {
    documents[manifest.name] = {
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    };
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url);
    asked.push(path);
    const name = path.slice(1);
    const tarball = Object.values(packages).find((p) => path === `/-/${p.manifest.name}.tgz`);
    if (tarball) return response.end(tarball.bytes);
    if (!documents[name]) return response.writeHead(404).end("{}");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(documents[name]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${server.address().port}`;
  for (const [name, version] of Object.entries(packages["kombo-mcp"].manifest.optionalDependencies)) {
    const [os, cpu] = name.slice(name.indexOf("/") + 1).split("-");
    add({ name, version, os: [os], cpu: [cpu] }, { tarball: `${address}/-/${name}.tgz` });
  }
  for (const { manifest, bytes } of Object.values(packages)) {
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    add(manifest, { tarball: `${address}/-/${manifest.name}.tgz`, integrity });
  }
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { address, asked, stop };
}

/** An empty home directory, and the environment of a user whose packages come from `registry`. */
export async function emptyHome(t, registry) {
  const home = await mkdtemp(join(tmpdir(), "npm-home-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    USERPROFILE: home,
    npm_config_cache: join(home, ".npm"),
    npm_config_registry: registry,
    npm_config_fetch_retries: "0",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
  return { home, env };
}
