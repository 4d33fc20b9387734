import { quoteLiteral } from "../../sql/quote.ts";
import type { Constant } from "./constant.ts";
import type { KeyPart } from "./partition-key.ts";
import type { Predicate } from "./predicate.ts";

/** The condition as SQL; undefined when a part of it has none (hash, expressions as keys). */
export function predicateSql(predicate: Predicate, key: readonly KeyPart[]): string | undefined {
  switch (predicate.kind) {
    case "and":
    case "or": {
      const parts = predicate.of.map((one) => predicateSql(one, key));
      if (parts.includes(undefined)) return undefined;
      const empty = predicate.kind === "and" ? "true" : "false";
      return parts.length === 0 ? empty : `(${parts.join(predicate.kind === "and" ? " AND " : " OR ")})`;
    }
    case "opaque":
      return undefined;
    default: {
      const sql = key.find((part) => part.key === predicate.key)?.sql;
      if (sql === undefined) return undefined;
      if (predicate.kind === "compare") return `${sql} ${predicate.op} ${valueSql(predicate.value)}`;
      return `${sql} IS ${predicate.kind === "null" ? "NULL" : "NOT NULL"}`;
    }
  }
}

/** Without a type, so that it takes that of the key. */
const valueSql = ({ ordering, text }: Constant): string => (ordering === "number" ? text : quoteLiteral(text));
