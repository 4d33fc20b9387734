import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action, Fold } from "../action.ts";
import type { Element } from "../element.ts";
import type { ConstraintValue, OnRelation, TableValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { changedForeignOptions, foreignOptions, optionStatements, relationNoun, withOptions } from "./naming.ts";
import { hasOtherKey } from "./partition-key.ts";

export const TABLE: Rule<TableValue> = {
  create({ id, value }) {
    const compose = (parts: readonly Fold[]): string => createTable(value, parts);
    return [
      { sql: compose([]), compose, creates: [id] },
      ...rowSecurity({ ...value, rowSecurity: false, forceRowSecurity: false }, value).map((sql) => ({
        sql,
        // Columns need not wait for it: they stand in CREATE TABLE.
        needs: [id],
      })),
    ];
  },
  drop: ({ id, value }) => [
    {
      sql: `DROP ${relationNoun(relation(value))}`,
      drops: [id],
      // Those of a partitioned table are in its partitions.
      ...(value.kind !== "ordinary" ? {} : { losesRows: `the rows of ${quoteQualified(value)}` }),
    },
  ],
  alter(before, after, sides) {
    if (!isAlterable(before.value, after.value, sides)) return undefined;
    const actions = alterTable(before.value, after.value).map((sql) => ({ sql, alters: [after.id] }));
    return { actions: [...changedPersistence(before, after, sides), ...actions] };
  },
  differs: (before, after, sides) => hasOtherKey(before.value, after.value, sides),
  noun({ value }) {
    const noun = relationNoun(relation(value));
    return { comment: noun, owner: noun, grant: `TABLE ${quoteQualified(value)}` };
  },
};

const relation = ({ schema, name, kind }: TableValue): OnRelation["on"] => ({
  schema,
  name,
  kind: kind === "foreign" ? "foreign table" : "table",
});

function createTable(value: TableValue, parts: readonly Fold[]): string {
  const words = { permanent: "", unlogged: "UNLOGGED ", temporary: "TEMPORARY " }[value.persistence];
  const inBrackets = [
    ...parts.filter(({ slot }) => slot === "column"),
    ...parts.filter(({ slot }) => slot === "constraint"),
  ].map(({ text }) => `\n  ${text}`);
  const parents = parts.filter(({ slot }) => slot === "link").map(({ text }) => text);
  const { ofType, partitioning, accessMethod, options, tablespace, foreign } = value;
  const brackets =
    ofType !== undefined && inBrackets.length === 0
      ? ""
      : ` (${inBrackets.join(",")}${inBrackets.length === 0 ? "" : "\n"})`;
  return [
    `CREATE ${foreign === undefined ? words : "FOREIGN "}TABLE ${quoteQualified(value)}`,
    ofType === undefined ? "" : ` OF ${quoteQualified(ofType)}`,
    brackets,
    parents.length === 0 ? "" : ` INHERITS (${parents.join(", ")})`,
    partitioning === undefined ? "" : ` PARTITION BY ${partitioning.definition}`,
    accessMethod === undefined || accessMethod === "heap" ? "" : ` USING ${quoteIdentifier(accessMethod)}`,
    foreign === undefined ? "" : ` SERVER ${quoteIdentifier(foreign.server)}`,
    foreign === undefined || Object.keys(foreign.options).length === 0 ? "" : ` ${foreignOptions(foreign.options)}`,
    options === undefined ? "" : ` WITH (${withOptions(options)})`,
    tablespace === undefined ? "" : ` TABLESPACE ${quoteIdentifier(tablespace)}`,
  ].join("");
}

/** A table stays what it is, and so does the key that tells its partitions apart. */
export function isAlterable(before: TableValue, after: TableValue, sides: Sides): boolean {
  return (
    before.kind === after.kind &&
    before.persistence !== "temporary" &&
    after.persistence !== "temporary" &&
    before.foreign?.server === after.foreign?.server &&
    !hasOtherKey(before, after, sides)
  );
}

/** No table that is logged may refer to one that is not, at any time. */
function changedPersistence(
  { value: before }: Element<TableValue>,
  after: Element<TableValue>,
  { to }: Sides,
): Action[] {
  if (before.persistence === after.value.persistence) return [];
  const isUnlogged = after.value.persistence === "unlogged";
  const constraints = [...to.elements.values()].filter(
    (one): one is Element<ConstraintValue> => one.kind === "constraint",
  );
  const others = constraints.flatMap(({ parent = "", value }) => {
    if (value.type !== "foreign key") return [];
    const referenced = objectId("table", value.references.schema, value.references.name);
    if (parent === referenced) return [];
    return isUnlogged ? (referenced === after.id ? [parent] : []) : parent === after.id ? [referenced] : [];
  });
  return [
    {
      sql: `ALTER ${relationNoun(relation(after.value))} SET ${isUnlogged ? "UNLOGGED" : "LOGGED"}`,
      alters: [after.id],
      marks: [persistenceMark(after.id)],
      needs: others.map(persistenceMark),
    },
  ];
}

const persistenceMark = (table: string): string => `persistence of ${table}`;

function alterTable(before: TableValue, after: TableValue): string[] {
  const alter = `ALTER ${relationNoun(relation(after))} `;
  const sql: string[] = [];
  if (before.accessMethod !== after.accessMethod) {
    sql.push(
      `${alter}SET ACCESS METHOD ${after.accessMethod === undefined ? "DEFAULT" : quoteIdentifier(after.accessMethod)}`,
    );
  }
  if (before.tablespace !== after.tablespace) {
    sql.push(`${alter}SET TABLESPACE ${quoteIdentifier(after.tablespace ?? "pg_default")}`);
  }
  sql.push(...optionStatements(alter, before.options, after.options));
  const foreign = changedForeignOptions(before.foreign?.options, after.foreign?.options);
  if (foreign !== undefined) sql.push(`${alter}${foreign}`);
  if (!sameValue(before.ofType, after.ofType)) {
    sql.push(`${alter}${after.ofType === undefined ? "NOT OF" : `OF ${quoteQualified(after.ofType)}`}`);
  }
  sql.push(...rowSecurity(before, after));
  return sql;
}

function rowSecurity(before: TableValue, after: TableValue): string[] {
  const alter = `ALTER ${relationNoun(relation(after))} `;
  return [
    ...(before.rowSecurity === after.rowSecurity
      ? []
      : [`${alter}${after.rowSecurity ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`]),
    ...(before.forceRowSecurity === after.forceRowSecurity
      ? []
      : [`${alter}${after.forceRowSecurity ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`]),
  ];
}
