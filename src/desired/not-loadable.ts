import { count } from "../errors/count.ts";
import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import { BatchError } from "../postgres/batch.ts";
import { databaseError } from "../postgres/server-error.ts";
import { offsetOfPosition } from "../sql/source-map.ts";
import type { SchemaStatement } from "./schema-statement.ts";

/** A statement and what came of it. */
export interface FailedStatement {
  readonly one: SchemaStatement;
  /** The driver's. */
  readonly error: unknown;
}

/** What is missing may come with a later statement. */
const MISSING: ReadonlySet<string> = new Set([
  "3F000", // invalid_schema_name
  "42703", // undefined_column
  "42704", // undefined_object
  "42830", // invalid_foreign_key: the unique constraint is not there yet
  "42883", // undefined_function
  "42P01", // undefined_table
]);

const SHOWN = 10;

/**
 * Says where statements stand, and why the server refused them: first those that failed for something else than what is
 * missing, since they may be why it is.
 */
export function notLoadable(failed: readonly FailedStatement[], notDone: string): LockkeeperError {
  const told = failed.map(tell).toSorted((one, other) => Number(one.isMissing) - Number(other.isMissing));
  const [first] = told;
  const lines = told.slice(0, SHOWN).map(({ text }) => text);
  const more = told.length > SHOWN ? [`… and ${told.length - SHOWN} more`] : [];
  return new LockkeeperError("schema_invalid", {
    message:
      told.length > 1
        ? [`${count(told.length, "statement")} cannot be loaded:`, ...lines, ...more].join("\n")
        : (first?.text ?? ""),
    ...(first === undefined ? {} : { at: first.at }),
    notDone,
    ...(told.some(({ needsExtension }) => needsExtension)
      ? { action: "Name a server that has the extension with --scratch URL." }
      : {}),
    data: {
      ...(first?.sqlstate === undefined ? {} : { sqlstate: first.sqlstate }),
      ...(told.length > 1
        ? { failures: told.map(({ at: { excerpt: _, ...at }, message, sqlstate }) => ({ ...at, message, sqlstate })) }
        : {}),
    },
    cause: failed[0]?.error,
  });
}

interface Told {
  readonly at: Place;
  readonly message: string;
  readonly text: string;
  readonly sqlstate: string | undefined;
  readonly isMissing: boolean;
  readonly needsExtension: boolean;
}

function tell({ one: { file, source, map }, error }: FailedStatement): Told {
  const refusal = databaseError(error);
  const within = error instanceof BatchError || refusal?.position === undefined ? 1 : Number(refusal.position);
  const at = map.place(file, source.start + offsetOfPosition(source.text, within));
  const said = refusal?.message ?? String(error);
  const message = `${said}${refusal?.detail === undefined ? "" : ` (${refusal.detail})`}`;
  return {
    at,
    message,
    text: `${file}:${at.line}: ${message}`,
    sqlstate: refusal?.code,
    isMissing: MISSING.has(refusal?.code ?? ""),
    needsExtension: refusal?.code === "0A000" && /^extension .* is not available/.test(said),
  };
}
