import type { QualifiedName } from "../../catalog/model/names.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Reshape } from "../../migrations/reshape.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { parsedNode } from "../../sql/parsed-node.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { stepTable } from "../step-table.ts";

export function reshapeInvalid(file: string, reason: string): LockkeeperError {
  return new LockkeeperError("reshape_invalid", {
    message: `${file}: ${reason}.`,
    at: { file },
    notDone: "Nothing was run.",
  });
}

/**
 * What the text of a step says, without a catalog: the name of its table.
 *
 * @throws LockkeeperError `reshape_invalid` where a name, a type or an expression is none
 */
export function writtenTable(reshape: Reshape, file: string): WrittenName {
  const { table, fill, back, drop = [] } = reshape;
  const named = stepTable(table);
  if (named === undefined) throw reshapeInvalid(file, `${table} is no name of a table`);
  for (const [name, { type, value }] of Object.entries(fill)) {
    if (type !== undefined && !isType(type)) throw reshapeInvalid(file, `${type} is no type for ${name}`);
    requireExpression(value, name, file);
  }
  for (const [name, value] of Object.entries(back)) requireExpression(value, name, file);
  const unknown = drop.find((name) => back[name] === undefined);
  if (unknown !== undefined) {
    throw reshapeInvalid(file, `${unknown} is to go, and \`back\` does not say what it holds until then`);
  }
  return named;
}

export function isType(type: string): boolean {
  const cast = nodeAs(parseExpression(`NULL::${type}`), "TypeCast");
  return nodeAs(cast?.arg, "A_Const") !== undefined && parseExpression(`CAST(NULL AS ${type})`) !== undefined;
}

/** One expression, with brackets around it and without: nothing in it ends it or begins something else. */
function requireExpression(value: string, column: string, file: string): void {
  const isOne = (text: string): boolean => {
    const select = parsedNode(`SELECT ${text}`, "SelectStmt");
    return select?.targetList?.length === 1 && select.fromClause === undefined && select.whereClause === undefined;
  };
  if (!isOne(value) || !isOne(`(${value})`)) {
    throw reshapeInvalid(file, `what ${column} gets is no SQL expression: ${value}`);
  }
}

/** The change as plain statements, which stop others for as long as they work. */
export function plainReshape({ table, fill, drop = [] }: Reshape, name?: QualifiedName): readonly string[] {
  const on = name === undefined ? table : quoteQualified(name);
  const columns = Object.entries(fill);
  const made = columns.filter(([, { type }]) => type !== undefined);
  const required = columns.filter(([, { notNull }]) => notNull === true);
  const alter = (commands: readonly string[]): readonly string[] =>
    commands.length === 0 ? [] : [`ALTER TABLE ${on} ${commands.join(", ")}`];
  return [
    ...alter(made.map(([column, { type }]) => `ADD COLUMN ${quoteIdentifier(column)} ${type}`)),
    `UPDATE ${on} SET ${columns.map(([column, { value }]) => `${quoteIdentifier(column)} = ${value}`).join(", ")}`,
    ...alter(required.map(([column]) => `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`)),
    ...alter(drop.map((column) => `DROP COLUMN ${quoteIdentifier(column)}`)),
  ];
}

/** All that the step says, for people and for telling whether it was edited. */
export function reshapeInWords({ table, fill, back, drop = [] }: Reshape): string {
  const columns = Object.entries(fill).map(([name, { type, value, notNull }]) =>
    [
      quoteIdentifier(name),
      ...(type === undefined ? [] : [type]),
      "=",
      value,
      ...(notNull === true ? ["NOT NULL"] : []),
    ].join(" "),
  );
  const ways = Object.entries(back).map(([name, value]) => `${quoteIdentifier(name)} = ${value}`);
  return [
    `reshape ${table}: ${columns.join(", ")}`,
    `back: ${ways.join(", ")}`,
    ...(drop.length === 0 ? [] : [`drop: ${drop.map(quoteIdentifier).join(", ")}`]),
  ].join("; ");
}
