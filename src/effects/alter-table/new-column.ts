import type { TypeReference } from "../../catalog/model/names.ts";
import { typeReference } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import { parseExpression } from "./expression.ts";
import { isVolatile } from "./expression-volatility.ts";
import { domainsOf, isConstrained } from "./written-type.ts";

export type ConstraintNode = NodeOf<"Constraint">;

/** A column that ADD COLUMN makes. */
export interface AddedColumn {
  readonly name: string;
  readonly type: TypeReference;
  /** Serial, identity and generated columns have values that no DEFAULT writes. */
  readonly fills: "default" | "serial" | "identity" | "stored" | "virtual" | "nothing";
  /** What is written as DEFAULT. */
  readonly default: PgNode | undefined;
  readonly notNull: boolean;
  readonly constraints: readonly ConstraintNode[];
}

const SERIALS: Readonly<Record<string, string>> = {
  serial: "int4",
  serial4: "int4",
  bigserial: "int8",
  serial8: "int8",
  smallserial: "int2",
  serial2: "int2",
};

export function addedColumn(def: PgNode | undefined, state: CatalogState): AddedColumn {
  const node = nodeAs(def, "ColumnDef");
  const names = namesOf(node?.typeName?.names);
  const serial = names.length === 1 ? SERIALS[names[0] ?? ""] : undefined;
  const constraints = nodesAs(node?.constraints, "Constraint");
  const of = (contype: ConstraintNode["contype"]): ConstraintNode | undefined =>
    constraints.find((one) => one.contype === contype);
  const written = of("CONSTR_DEFAULT")?.raw_expr;
  const generated = of("CONSTR_GENERATED");
  const identity = of("CONSTR_IDENTITY");
  return {
    name: node?.colname ?? "",
    type:
      serial === undefined
        ? typeReference(node?.typeName, state)
        : { schema: "pg_catalog", name: serial, text: serial, array: false },
    fills:
      serial !== undefined
        ? "serial"
        : identity !== undefined
          ? "identity"
          : generated !== undefined
            ? generated.generated_kind === "v"
              ? "virtual"
              : "stored"
            : written !== undefined
              ? "default"
              : "nothing",
    default: written,
    notNull: of("CONSTR_NOTNULL") !== undefined || of("CONSTR_PRIMARY") !== undefined,
    constraints,
  };
}

/** The DEFAULT that rows get which are there already: the column's own, or else that of its domain. */
export function defaultOf(column: AddedColumn, state: CatalogState): PgNode | undefined {
  if (column.default !== undefined) return column.default;
  const ofDomain = domainsOf(column.type, state).find((domain) => domain.default !== undefined)?.default;
  return ofDomain === undefined ? undefined : parseExpression(ofDomain);
}

/**
 * Whether the column needs the table to be written again: each row gets a value of its own, or one that a domain must
 * look at. One value for all rows is kept beside them.
 *
 * Source: `ATExecAddColumn` in `src/backend/commands/tablecmds.c`.
 */
export function needsRewrite(column: AddedColumn, state: CatalogState): boolean {
  switch (column.fills) {
    case "serial":
    case "identity":
    case "stored":
      return true;
    case "virtual":
      return false;
    default:
      return isConstrained(column.type, state) || isVolatile(defaultOf(column, state), state);
  }
}

/** Whether the rows that are there already have no value in it. */
export function isNullAtFirst(column: AddedColumn, state: CatalogState): boolean {
  if (column.fills !== "default" && column.fills !== "nothing") return false;
  const value = defaultOf(column, state);
  return value === undefined || isNullConstant(value);
}

function isNullConstant(node: PgNode): boolean {
  const cast = nodeAs(node, "TypeCast")?.arg;
  return cast === undefined ? nodeAs(node, "A_Const")?.isnull === true : isNullConstant(cast);
}
