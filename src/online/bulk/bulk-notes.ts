import { relationsIn } from "../../effects/relations-in.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { SweepSpec } from "../sweep-spec.ts";
import { type BulkWrite, firedTriggers, movesRows } from "./bulk-target.ts";

/** What is otherwise when a statement is done in batches, for those who read the plan. */
export function bulkNotes(write: BulkWrite, { visits, key }: Pick<SweepSpec, "visits" | "key">): readonly string[] {
  const { node, all } = write;
  const read = relationsIn([
    node.whereClause,
    "targetList" in node ? [node.targetList, node.fromClause] : undefined,
    "usingClause" in node ? node.usingClause : undefined,
  ]);
  const tables = [
    ...new Set(
      read.map(({ name: { schema, name } }) => quoteQualified({ ...(schema === undefined ? {} : { schema }), name })),
    ),
  ];
  const triggers = firedTriggers(write);
  const whole = triggers.filter(({ level }) => level === "statement").map(({ name }) => name);
  const late = triggers.filter(({ initiallyDeferred }) => initiallyDeferred).map(({ name }) => name);
  const deferred = all.flatMap(({ constraints }) => constraints).filter(({ initiallyDeferred }) => initiallyDeferred);
  return [
    "Each batch commits for itself: others see rows that are done beside rows that are not.",
    visits === "once"
      ? `Each row is visited once, by (${key?.join(", ")}), also where others change its key meanwhile: a trigger notes that until the end. Rows that are inserted meanwhile may be done or not.`
      : "Rows that others write meanwhile are done too where the condition holds for them.",
    ...(tables.length === 0
      ? []
      : [`Each batch reads ${tables.join(", ")} anew, as it is then; an index on what it is looked up by pays.`]),
    ...(movesRows(write)
      ? [
          "Who changes a row at the moment at which it moves to another partition gets an error (40001), as in one statement.",
        ]
      : []),
    ...(whole.length === 0 ? [] : [`Fires once for each batch, not once in all: ${whole.join(", ")}.`]),
    ...(late.length + deferred.length === 0
      ? []
      : [
          `Checked at the end of each batch: ${[...new Set([...late, ...deferred.map(({ name }) => name)])].join(", ")}.`,
        ]),
  ];
}
