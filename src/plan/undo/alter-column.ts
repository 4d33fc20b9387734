import { nodeAs } from "../../sql/node-as.ts";
import { typeText } from "../../sql/object-name.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import { type Alteration, type AlterationUndo, IF_EXISTS, inCatalog } from "./alteration.ts";
import { capture, refused } from "./capture.ts";
import { undoDropNotNull, undoSetNotNull } from "./not-null.ts";
import { restoreOptions } from "./options.ts";
import {
  captureOnRelation,
  eachColumnInTree,
  isColumn,
  onColumn,
  onRelation,
  relationTarget,
  T_NAME,
} from "./relation.ts";
import { constant, one, refuseWhen, type StatementsExpression, type TextExpression, text, when } from "./sql-text.ts";

export const addColumn: AlterationUndo = (alteration) => {
  const { relation, command, missingOk, isType } = alteration;
  const column = nodeAs(command.def, "ColumnDef")?.colname ?? "";
  const part = `${isType ? "ATTRIBUTE" : "COLUMN"} ${IF_EXISTS(alteration)}${quoteIdentifier(column)}`;
  const cascade = isType && command.behavior === "DROP_CASCADE" ? " CASCADE" : "";
  const drop = (name: string): string => `ALTER ${isType ? "TYPE" : "TABLE"} ${name} DROP ${part}${cascade}`;
  if (command.missing_ok !== true) return [onRelation(relation, missingOk, drop)];
  const absent = `NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND ${isColumn("a", column)})`;
  return [captureOnRelation(relation, when(absent, text`ALTER TABLE ${T_NAME} DROP ${constant(part)}`))];
};

export const dropColumn: AlterationUndo = ({ relation, command, missingOk }) => {
  const column = command.name ?? "";
  const reason = `dropping ${column} of ${relation?.relname} loses its values`;
  if (command.missing_ok !== true && !missingOk) return refused(reason);
  const present = `EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND ${isColumn("a", column)})`;
  return [captureOnRelation(relation, refuseWhen(present, constant(reason)))];
};

/** `ALTER TABLE ONLY s.t ALTER COLUMN c`, for `c` and `a` of a tree. */
const ALTER_IN_TREE = text`ALTER TABLE ONLY ${"c.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} `;

/** Puts a property of the column back in the whole tree. */
const inTree = (property: TextExpression, condition?: string): AlterationUndo =>
  inCatalog(({ command, only }) => [
    eachColumnInTree(only, command.name ?? "", `(${ALTER_IN_TREE} || ${property})`, condition),
  ]);

const expressionOf = (alias: string): string =>
  `(SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = ${alias}.attrelid AND d.adnum = ${alias}.attnum)`;

const restoreDefault = (alias: string): TextExpression =>
  `coalesce('SET DEFAULT ' || ${expressionOf(alias)}, 'DROP DEFAULT')`;

export const columnDefault: AlterationUndo = inCatalog(({ command, only }) => [
  eachColumnInTree(
    only,
    command.name ?? "",
    `(CASE WHEN c.relkind = 'v' THEN ${text`ALTER VIEW ${"c.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} `}
      ELSE ${ALTER_IN_TREE} END || ${restoreDefault("a")})`,
    "a.attgenerated = ''",
  ),
]);

export const setExpression: AlterationUndo = inTree(text`SET EXPRESSION AS (${expressionOf("a")})`);

export const dropExpression: AlterationUndo = ({ relation, command }) =>
  refused(`${command.name} of ${relation?.relname} stops being generated, and a plain column cannot become generated`);

export const setNotNull: AlterationUndo = inCatalog(({ command, only }) =>
  undoSetNotNull(only, `a.attname = ${quoteLiteral(command.name ?? "")}`),
);

export const dropNotNull: AlterationUndo = inCatalog(({ command, only }) =>
  undoDropNotNull(only, `a.attname = ${quoteLiteral(command.name ?? "")}`),
);

const STORAGE = `CASE %.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END`;
const storageOf = (alias: string): TextExpression => `'SET STORAGE ' || ${STORAGE.replace("%", alias)}`;

export const setStorage: AlterationUndo = inTree(storageOf("a"));

export const setCompression: AlterationUndo = inCatalog(({ command }) => [
  onColumn(
    command.name ?? "",
    text`ALTER TABLE ${T_NAME} ALTER COLUMN ${"quote_ident(a.attname)"} SET COMPRESSION ${"CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE 'default' END"}`,
  ),
]);

export const setStatistics: AlterationUndo = (alteration) => {
  const target = "'SET STATISTICS ' || coalesce(a.attstattarget, -1)";
  const { relation, command } = alteration;
  if (command.name !== undefined) return inTree(target)(alteration);
  const column = `SELECT a.attstattarget FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ${command.num ?? 0}`;
  const statement = text`ALTER INDEX ${T_NAME} ALTER COLUMN ${String(command.num ?? 0)} SET STATISTICS ${`coalesce((${column}), -1)`}`;
  return [captureOnRelation(relation, one(statement))];
};

/** `SET (n_distinct = …)`: options of a column, never handed down. */
export const columnOptions: AlterationUndo = inCatalog(({ command }) => {
  const column = command.name ?? "";
  const stored = `(SELECT a.attoptions FROM pg_attribute a WHERE a.attrelid = t.oid AND ${isColumn("a", column)})`;
  const beginning = text`ALTER TABLE ONLY ${T_NAME} ALTER COLUMN ${constant(quoteIdentifier(column))} `;
  return restoreOptions(command.def, beginning, () => stored);
});

/** Types between which every value goes there and back unchanged. */
const UNLIMITED = "('text'::regtype, 'varchar'::regtype)";

export const alterColumnType: AlterationUndo = (alteration) => {
  const { relation, command, isType } = alteration;
  const definition = nodeAs(command.def, "ColumnDef") ?? {};
  const type = typeText(definition.typeName);
  const what = `the type of ${command.name} of ${relation?.relname}`;
  if (isType || definition.raw_default !== undefined) {
    return refused(`${what} changes its values, and the old ones are not kept`);
  }
  const limited = definition.typeName?.typmods !== undefined || definition.collClause !== undefined;
  if (limited || type === undefined) return refused(`${what} may not take back every value written since`);
  // The type's name is looked up under the path of the statement itself.
  const target = relationTarget(relation, { new_type: `to_regtype(${quoteLiteral(type)})` });
  return [capture(target, ...restoreType(alteration, what))];
};

function restoreType({ command, only }: Alteration, what: string): readonly StatementsExpression[] {
  const column = command.name ?? "";
  const isFree = `a.atttypid IN ${UNLIMITED} AND a.atttypmod = -1 AND a.attcollation = 100 AND t.new_type IN ${UNLIMITED}`;
  const changes = `(a.atttypid <> t.new_type OR a.atttypmod <> -1)`;
  return [
    refuseWhen(
      `EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND ${isColumn("a", column)} AND ${changes} AND NOT (${isFree}))`,
      text`${constant(what)} becomes ${"t.new_type"}: the old type may not take back every value written since`,
    ),
    onColumn(
      column,
      text`ALTER TABLE ${constant(only ? "ONLY " : "")}${T_NAME} ALTER COLUMN ${"quote_ident(a.attname)"} TYPE ${"format_type(a.atttypid, a.atttypmod)"}`,
      changes,
    ),
    eachColumnInTree(only, column, `(${ALTER_IN_TREE} || ${storageOf("a")})`, changes),
    eachColumnInTree(
      only,
      column,
      `(${ALTER_IN_TREE} || ${restoreDefault("a")})`,
      `a.atthasdef AND a.attgenerated = '' AND ${changes}`,
    ),
  ];
}
