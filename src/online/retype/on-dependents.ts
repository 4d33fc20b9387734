import type { Policy } from "../../catalog/model/policy.ts";
import type { StatisticsObject } from "../../catalog/model/statistics-object.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import { objectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { brief, type Piece, RUN_FIRST } from "../piece.ts";
import { shownWhole } from "../sync/shown-whole.ts";
import { viewsApart } from "../type-views.ts";
import { besideNames, type Change, columnList, freshColumn, isChanged, renamedIn } from "./change.ts";
import type { Obstacle, Share, Step } from "./share.ts";

/** What else depends on the columns. What cannot be made to depend on the new ones for certain is an obstacle. */
export function dependentShares(change: Change): readonly (Share | Obstacle)[] {
  const { table, conversions, context } = change;
  const { state } = context;
  const ids = conversions.map(({ before }) => objectId("column", table.schema, table.name, before.name));
  const from = [...new Set(ids.flatMap((id) => state.dependentsOf(id)).map((one) => one.from))];
  const views = viewsApart(
    [table],
    conversions.map(({ before }) => before.name),
    state,
  );
  return [
    ...("reason" in views ? [views] : [viewShare(views)]),
    ...from.flatMap((id) => dependentShare(id, change)),
    ...statisticsShares(change),
    ...publicationShares(change),
  ];
}

function viewShare({
  before,
  behind,
}: {
  readonly before: readonly Piece[];
  readonly behind: readonly Piece[];
}): Share {
  const steps = [
    ...before.map(({ sql }): Step => ["views off", sql]),
    ...behind.map(({ sql }): Step => ["views on", sql]),
  ];
  return { up: steps, down: steps };
}

/** Kinds that are seen to elsewhere. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "index",
  "constraint",
  "view",
  "materialized view",
  "statistics",
  "publication",
  "sequence",
]);

function dependentShare(id: string, change: Change): readonly (Share | Obstacle)[] {
  const { table } = change;
  const { kind, path } = objectPath(id);
  const name = path.at(-1) ?? "";
  const isOwn = path[0] === table.schema && path[1] === table.name;
  if (ELSEWHERE.has(kind)) return [];
  if (kind === "trigger" && isOwn) {
    const trigger = table.triggers.find((one) => one.name === name);
    return trigger === undefined ? [] : [triggerShare(trigger, table)];
  }
  if (kind === "policy" && isOwn) {
    const policy = table.policies.find((one) => one.name === name);
    if (policy?.using === "" || policy?.check === "") return [unprinted("policy", name)];
    return policy === undefined ? [] : [policyShare(policy, change)];
  }
  const computed = table.columns.find((column) => column.name === name)?.generated;
  if (kind === "default" && computed === undefined) return [];
  if ((kind === "column" || kind === "default") && isOwn) {
    return [
      {
        reason: `the generated column ${name} is computed from it, and PostgreSQL computes it anew for every row`,
        instead: `drop ${name} in front of the statement and add it again behind it`,
      },
    ];
  }
  return [
    {
      reason: `${kind} ${path.join(".")} depends on it, and is not made again by itself`,
      instead: `drop the ${kind} in front of the statement and make it again behind it`,
    },
  ];
}

const unprinted = (kind: string, name: string): Obstacle => ({
  reason: `how PostgreSQL will print the ${kind} ${name} is not certain before the statements in front of it have run`,
  instead: RUN_FIRST,
});

/** A trigger with the column in UPDATE OF or WHEN. */
function triggerShare(trigger: Trigger, table: Table): Share | Obstacle {
  const { name, definition, enabled, comment } = trigger;
  if (definition === "") return unprinted("trigger", name);
  const on = quoteQualified(table);
  const own = quoteIdentifier(name);
  const firing = { origin: "", disabled: "DISABLE", replica: "ENABLE REPLICA", always: "ENABLE ALWAYS" }[enabled];
  const steps: readonly Step[] = [
    ["triggers off", `DROP TRIGGER ${own} ON ${on}`],
    ["triggers on", definition],
    ...(firing === "" ? [] : [["triggers on", `ALTER TABLE ${on} ${firing} TRIGGER ${own}`] as const]),
    ...(comment === undefined
      ? []
      : [["triggers on", `COMMENT ON TRIGGER ${own} ON ${on} IS ${quoteLiteral(comment)}`] as const]),
  ];
  return { up: steps, down: steps };
}

/** Read again, its text means the column that has the name. */
function policyShare({ name, using, check }: Policy, { table }: Change): Share {
  const parts = [
    ...(using === undefined ? [] : [`USING (${using})`]),
    ...(check === undefined ? [] : [`WITH CHECK (${check})`]),
  ];
  const step: Step = [
    "triggers on",
    `ALTER POLICY ${quoteIdentifier(name)} ON ${quoteQualified(table)} ${parts.join(" ")}`,
  ];
  return { up: [step], down: [step] };
}

function statisticsShares(change: Change): readonly (Share | Obstacle)[] {
  const { table, context } = change;
  return [...context.state.store.maps.statistics.values()]
    .filter((one) => keyOf(one.table) === keyOf(table))
    .flatMap((one) => {
      const isOn =
        one.columns.some((name) => isChanged(change, name)) ||
        one.expressions.some(
          (expression) => renamedIn(expression, change, (name) => freshColumn(change, name)) !== expression,
        );
      return isOn ? [statisticsShare(one, change)] : [];
    });
}

/** Their target is lost as written, too. */
function statisticsShare(statistics: StatisticsObject, change: Change): Share | Obstacle {
  const { schema, name, kinds, columns, expressions, comment, owner } = statistics;
  const { state } = change.context;
  const names = besideNames(name, (one) => state.store.maps.statistics.has(keyOf({ schema, name: one })));
  const renamed = expressions.map((one) => renamedIn(one, change, (column) => freshColumn(change, column)));
  if (renamed.some((one) => one === undefined)) return { reason: `the statistics ${name} are not understood` };
  const own = quoteQualified({ schema, name });
  const chosen = kinds.filter((kind) => kind !== "expressions");
  const isAll = chosen.length === 0 || chosen.length === 3;
  const on = [
    ...columns.map((column) => columnList([freshColumn(change, column)])),
    ...renamed.map((one) => `(${one})`),
  ];
  const fresh = quoteQualified({ schema, name: names.fresh });
  const create = `CREATE STATISTICS ${fresh}${isAll ? "" : ` (${chosen.join(", ")})`} ON ${on.join(", ")} FROM ${quoteQualified(change.table)}`;
  const more = [
    ...(comment === undefined ? [] : [`COMMENT ON STATISTICS ${fresh} IS ${quoteLiteral(comment)}`]),
    ...(owner === state.user || state.user === ""
      ? []
      : [`ALTER STATISTICS ${fresh} OWNER TO ${quoteIdentifier(owner)}`]),
  ];
  const rename = (from: string, to: string): string =>
    `ALTER STATISTICS ${quoteQualified({ schema, name: from })} RENAME TO ${quoteIdentifier(to)}`;
  return {
    build: [
      { ...brief(create, "migrate"), back: [{ sql: `DROP STATISTICS IF EXISTS ${fresh}` }] },
      ...more.map((sql): Piece => ({ ...brief(sql, "migrate"), back: [] })),
    ],
    up: [
      ["off", `ALTER STATISTICS ${own} RENAME TO ${quoteIdentifier(names.kept)}`],
      ["on", rename(names.fresh, name)],
    ],
    down: [
      ["off", rename(name, names.fresh)],
      ["on", rename(names.kept, name)],
    ],
  };
}

/** A publication that lists the table's columns lists the new one; one that does not would show subscribers a column more. */
function publicationShares(change: Change): readonly (Share | Obstacle)[] {
  const { table, context } = change;
  const shown = shownWhole(table, context.state);
  if (shown !== undefined) {
    return [
      {
        reason: `the publication ${shown.publication} shows subscribers all columns of ${table.name}, and they have no place for a second one beside it`,
        instead: shown.insteadListing("the columns"),
      },
    ];
  }
  return [...context.state.store.maps.publications.values()].flatMap((one): readonly (Share | Obstacle)[] => {
    const listed = one.tables.find((entry) => keyOf(entry) === keyOf(table));
    if (listed?.columns === undefined) return [];
    const isOn = listed.columns.some((name) => isChanged(change, name));
    // Read again, the condition means the column that has the name.
    const isInWhere =
      listed.where !== undefined &&
      renamedIn(listed.where, change, (name) => freshColumn(change, name)) !== listed.where;
    if (!isOn && !isInWhere) return [];
    const name = quoteIdentifier(one.name);
    const on = quoteQualified(table);
    const where = listed.where === undefined ? "" : ` WHERE (${listed.where})`;
    const steps: readonly Step[] = [
      ["triggers off", `ALTER PUBLICATION ${name} DROP TABLE ${on}`],
      ["triggers on", `ALTER PUBLICATION ${name} ADD TABLE ${on} (${columnList(listed.columns)})${where}`],
    ];
    return [{ up: steps, down: steps }];
  });
}
