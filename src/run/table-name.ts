import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/** A table as an application names it: without a schema it is looked for where the search path leads. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

const PART = /(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/u;
const TABLE = new RegExp(`^(?:${PART.source}\\.)?${PART.source}$`, "u");

/**
 * Reads `orders`, `sales.orders` or `"Sales"."Orders"` as PostgreSQL does: what is not quoted is lower case.
 *
 * @throws LockkeeperError `usage`
 */
export function parseTableName(text: string): TableName {
  const parts = TABLE.exec(text);
  if (parts === null) {
    throw new LockkeeperError("usage", {
      message: `${text} is not the name of a table.`,
      action: 'Write it as in SQL: orders, sales.orders or "Sales"."Orders".',
    });
  }
  const [, quotedSchema, plainSchema, quotedName, plainName] = parts;
  return {
    schema: unquoted(quotedSchema) ?? plainSchema?.toLowerCase() ?? null,
    name: unquoted(quotedName) ?? plainName?.toLowerCase() ?? "",
  };
}

const unquoted = (quoted: string | undefined): string | undefined => quoted?.replaceAll('""', '"');
