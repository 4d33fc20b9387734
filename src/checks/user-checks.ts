import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { count } from "../errors/count.ts";
import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import { parseStatement } from "../sql/parse-statement.ts";
import { splitSql } from "../sql/split-sql.ts";
import { CHECK_SEVERITIES, type Check, type CheckPhase, type CheckSeverity } from "./check.ts";

const PHASES: readonly CheckPhase[] = ["pre", "post", "both"];
const KEYS = ["title", "severity", "phase", "limit"] as const;
type Key = (typeof KEYS)[number];

/**
 * Checks of the user's: each file of a folder is one query, and every row that it returns is an offence. What is known
 * of it stands in comments before the query: `-- title: …`, `-- severity: critical|error|warning|info` (default error),
 * `-- phase: pre|post|both` (default both), `-- limit: N` (offenders that are shown).
 *
 * @param folder that is read; the files are taken in the order of their names
 * @throws LockkeeperError `check_invalid` with the place; the parser must be loaded
 */
export function readUserChecks(folder: string): readonly Check[] {
  const names = readNames(folder).toSorted();
  return names.map((name) => userCheck(join(folder, name)));
}

function readNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".sql"));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable";
    throw new LockkeeperError("check_invalid", {
      message: `The folder ${folder} cannot be read (${code}).`,
      at: { file: folder },
      notDone: "Nothing was checked.",
      cause,
    });
  }
}

function userCheck(file: string): Check {
  const text = readText(file);
  const { statements, metaCommands } = splitSql(text, file);
  const [statement, second] = statements;
  const [meta] = metaCommands;
  if (meta !== undefined) throw invalid("psql's meta commands are not sent.", { file, line: meta.line });
  if (statement === undefined) throw invalid("There is no query.", { file });
  if (second !== undefined) throw invalid("There is more than one statement.", { file, line: second.line });
  const { tag } = parseStatement(statement, file);
  if (tag !== "SelectStmt") throw invalid("A check is a query.", { file, line: statement.line });
  const header = headerOf(text.slice(0, statement.start), file);
  const severity = oneOf(header, "severity", CHECK_SEVERITIES, file) ?? "error";
  const id = basename(file, ".sql");
  const title = header.get("title")?.value ?? id;
  const limit = limitOf(header, file);
  return {
    id,
    title,
    area: "rules",
    severity,
    depth: "whole",
    phase: oneOf(header, "phase", PHASES, file) ?? "both",
    async find({ askAsWritten, sampleRows }) {
      const [row] = await askAsWritten<{ n: string; sample: readonly Record<string, unknown>[] | null }>(
        `WITH offending AS MATERIALIZED (${statement.text}\n)
SELECT (SELECT pg_catalog.count(*) FROM offending)::text AS n,
       (SELECT pg_catalog.json_agg(pg_catalog.to_json(o)) FROM (SELECT * FROM offending LIMIT ${limit ?? sampleRows}) AS o) AS sample`,
      );
      const rows = Number(row?.n ?? 0);
      return rows === 0 ? [] : [{ message: `${count(rows, "row")}: ${title}.`, rows, sample: row?.sample ?? [] }];
    },
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw invalid("It cannot be read.", { file }, cause);
  }
}

interface Said {
  readonly value: string;
  readonly line: number;
}

/** `-- key: value` in front of the query; other comments are nobody's business. */
function headerOf(text: string, file: string): ReadonlyMap<Key, Said> {
  const header = new Map<Key, Said>();
  for (const [nth, line] of text.split(/\r?\n/).entries()) {
    const [, key, value] = /^\s*--\s*([A-Za-z]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const known = KEYS.find((one) => one === key.toLowerCase());
    if (known !== undefined) {
      header.set(known, { value, line: nth + 1 });
      continue;
    }
    const meant = nearestName(key, KEYS);
    if (meant !== undefined) throw invalid(`There is no "${key}"; is ${meant} meant?`, { file, line: nth + 1 });
  }
  return header;
}

function oneOf<T extends CheckPhase | CheckSeverity>(
  header: ReadonlyMap<Key, Said>,
  key: Key,
  values: readonly T[],
  file: string,
): T | undefined {
  const said = header.get(key);
  if (said === undefined) return undefined;
  const value = values.find((one) => one === said.value);
  if (value === undefined) throw invalid(`${key} is one of ${values.join(", ")}.`, { file, line: said.line });
  return value;
}

function limitOf(header: ReadonlyMap<Key, Said>, file: string): number | undefined {
  const said = header.get("limit");
  if (said === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(said.value)) throw invalid("limit is a whole number from 1.", { file, line: said.line });
  return Number(said.value);
}

const invalid = (message: string, at: Place, cause?: unknown): LockkeeperError =>
  new LockkeeperError("check_invalid", {
    message: `${at.file}: ${message}`,
    at,
    notDone: "Nothing was checked.",
    ...(cause === undefined ? {} : { cause }),
  });
