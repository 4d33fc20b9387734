import { clipName, makeObjectName } from "../../../sql/generated-name.ts";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { StatisticsObject } from "../../model/statistics-object.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { depend } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { figuredIndexName } from "./figured-name.ts";
import { figuredTextName } from "./figured-text-name.ts";
import { nameOfRange, writtenName } from "./nodes.ts";
import { putDependencies } from "./put-dependencies.ts";
import { referencesIn } from "./references.ts";

const ALL_KINDS = ["ndistinct", "dependencies", "mcv"] as const;

/** CREATE STATISTICS and ALTER STATISTICS … SET STATISTICS. */
export const STATISTICS_APPLIERS: Appliers = {
  CreateStatsStmt(node, { state }) {
    const table = state.resolved(nameOfRange(nodesAs(node.relations, "RangeVar")[0]));
    const elements = nodesAs(node.exprs, "StatsElem");
    const parts = namesOf(node.defnames);
    const names = elements.map((one) => one.name ?? figuredIndexName(one.expr));
    const name: QualifiedName =
      parts.length === 0
        ? { schema: table.schema, name: freeStatisticsName(state, table, names) }
        : { schema: parts.at(-2) ?? state.creationSchema, name: parts.at(-1) ?? "" };
    if (node.if_not_exists === true && state.store.maps.statistics.has(keyOf(name))) {
      return;
    }
    const expressions = elements.flatMap(({ expr }) => (expr === undefined ? [] : expressionText(expr)));
    const columns = elements.flatMap((one) => one.name ?? []);
    const written = namesOf(node.stat_types);
    const isSingle = columns.length === 0 && expressions.length === 1;
    const kinds: StatisticsObject["kinds"] = [
      ...(isSingle ? [] : ALL_KINDS.filter((kind) => written.length === 0 || written.includes(kind))),
      ...(expressions.length === 0 ? [] : (["expressions"] as const)),
    ];
    state.store.put("statistics", keyOf(name), {
      ...name,
      table,
      kinds,
      columns: columns.toSorted(),
      expressions,
      definition: "",
      owner: state.user,
    });
    const found = referencesIn(
      elements.map(({ expr }) => expr),
      state,
    );
    const used = [...columns, ...found.columns.flatMap((one) => one.at(-1) ?? [])];
    const id = objectId("statistics", name.schema, name.name);
    depend(
      state,
      id,
      used.map((column) => objectId("column", table.schema, table.name, column)),
      "automatic",
    );
    depend(state, id, found.objects);
  },
  AlterStatsStmt(node, { state }) {
    const written = writtenName(namesOf(node.defnames));
    const schema = written.schema ?? state.creationSchema;
    const found = state.store.maps.statistics.get(keyOf({ schema, name: written.name }));
    const target = nodeAs(node.stxstattarget, "Integer")?.ival ?? (node.stxstattarget === undefined ? -1 : 0);
    if (found !== undefined) {
      const { target: _, ...rest } = found;
      state.store.put("statistics", keyOf(found), target < 0 ? rest : { ...rest, target });
    }
  },
};

/** `ChooseExtendedStatisticName`. */
function freeStatisticsName(state: CatalogState, table: QualifiedName, names: readonly string[]): string {
  const joined = clipName(names.join("_"));
  for (let pass = 0; ; pass += 1) {
    const name = makeObjectName(table.name, joined, pass === 0 ? "stat" : `stat${pass}`);
    if (!state.store.maps.statistics.has(keyOf({ schema: table.schema, name }))) {
      return name;
    }
  }
}

/** LIKE … INCLUDING STATISTICS. */
export function copyStatistics(
  state: CatalogState,
  source: QualifiedName,
  table: QualifiedName,
  comments: boolean,
): void {
  for (const key of state.store.linked("statisticsOn", keyOf(source))) {
    const from = state.store.maps.statistics.get(key);
    if (from !== undefined) {
      const { comment, target: _, ...rest } = from;
      const names = [...from.columns, ...from.expressions.map(figuredTextName)];
      const name = { schema: table.schema, name: freeStatisticsName(state, table, names) };
      state.store.put("statistics", keyOf(name), {
        ...rest,
        ...name,
        table: { schema: table.schema, name: table.name },
        ...(comments && comment !== undefined ? { comment } : {}),
      });
      putDependencies(
        state,
        objectId("statistics", from.schema, from.name),
        objectId("statistics", name.schema, name.name),
        [source, table],
      );
    }
  }
}
