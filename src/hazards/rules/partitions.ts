import type { Table } from "../../catalog/model/table.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import type { Effect } from "../../effects/effect.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { EVENTS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { as, objectName, sqlName, written } from "../tree.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

const NEXT = "CREATE TABLE events_2025 (id bigint NOT NULL, at date NOT NULL, kind text);";
const BOUND = "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')";
const PROOF =
  "ALTER TABLE events_2025 ADD CONSTRAINT bound CHECK (at IS NOT NULL AND at >= '2025-01-01'::date AND at < '2026-01-01'::date);";
const WITH_DEFAULT = `${EVENTS}\nCREATE TABLE events_rest PARTITION OF events DEFAULT;`;

export const PARTITIONS: readonly Rule[] = [
  {
    id: "attach-partition-scan",
    group,
    on: ["AT_AttachPartition"],
    severity: "error",
    online: "info",
    summary: "ATTACH PARTITION of a table that no CHECK proves to fit",
    explanation:
      "Every row of the new partition is read under ACCESS EXCLUSIVE on it. A valid CHECK that implies the bounds (IS NOT NULL included) " +
      "makes that unnecessary: add it NOT VALID, validate it, attach, drop it.",
    bad: [{ setup: `${EVENTS}\n${NEXT}`, sql: `ALTER TABLE events ATTACH PARTITION events_2025 ${BOUND};` }],
    good: [{ setup: `${EVENTS}\n${NEXT}\n${PROOF}`, sql: `ALTER TABLE events ATTACH PARTITION events_2025 ${BOUND};` }],
    *check(part) {
      const attached = attachedPartition(part);
      const effect = attached === undefined ? undefined : workOn(part, attached.partition, "scan");
      if (attached !== undefined && effect !== undefined) {
        const { partition, parent, head } = attached;
        const child = sqlName(partition);
        const key =
          part.state
            .table(parent)
            ?.partitioning?.columns.map((one) => one ?? "…")
            .join(", ") ?? "…";
        yield {
          message: `${blockedInWords(effect, part.state)}: no CHECK proves that its rows belong into ${relationInWords(parent)}`,
          relation: partition,
          fix: [
            `ALTER TABLE ${child} ADD CONSTRAINT fits CHECK (${key} IS NOT NULL AND …) NOT VALID;`,
            `ALTER TABLE ${child} VALIDATE CONSTRAINT fits;`,
            `${head} ${part.text};`,
            `ALTER TABLE ${child} DROP CONSTRAINT fits;`,
          ].join("\n"),
        };
      }
    },
  },
  {
    id: "attach-partition-default-scan",
    group,
    on: ["AT_AttachPartition", "CreateStmt"],
    severity: "error",
    online: "info",
    summary: "a new partition beside a DEFAULT one",
    explanation:
      "Rows of the DEFAULT partition could belong into the new one, so it is read under ACCESS EXCLUSIVE; readers of the partitioned table " +
      "wait too. Prove first with a valid CHECK on the DEFAULT partition that it holds no such rows.",
    bad: [
      { setup: `${WITH_DEFAULT}\n${NEXT}\n${PROOF}`, sql: `ALTER TABLE events ATTACH PARTITION events_2025 ${BOUND};` },
      { setup: WITH_DEFAULT, sql: `CREATE TABLE events_2025 PARTITION OF events ${BOUND};` },
    ],
    good: [{ setup: EVENTS, sql: `CREATE TABLE events_2025 PARTITION OF events ${BOUND};` }],
    *check(part) {
      const parent = attachedPartition(part)?.parent ?? createdPartition(part)?.parent;
      const standing = parent === undefined ? undefined : defaultPartition(part, parent);
      const effect = standing === undefined ? undefined : workOn(part, standing, "scan");
      if (parent !== undefined && standing !== undefined && effect !== undefined) {
        yield {
          message: `${blockedInWords(effect, part.state)}, and reads of ${relationInWords(parent)}: rows of the DEFAULT partition could belong elsewhere now`,
          relation: standing,
          fix: [
            `ALTER TABLE ${sqlName(standing)} ADD CONSTRAINT stays CHECK (NOT (…)) NOT VALID;`,
            `ALTER TABLE ${sqlName(standing)} VALIDATE CONSTRAINT stays;`,
            `${part.context.source.text};`,
          ].join("\n"),
        };
      }
    },
  },
  {
    id: "attach-partition-index-build",
    group,
    on: ["AT_AttachPartition"],
    severity: "error",
    online: "info",
    summary: "ATTACH PARTITION of a table that lacks an index of the partitioned one",
    explanation:
      "Each index of the partitioned table that has no match on the new partition is built under ACCESS EXCLUSIVE on it. Build the matching " +
      "indexes concurrently before.",
    bad: [
      {
        setup: `${EVENTS}\nCREATE INDEX events_kind ON events (kind);\n${NEXT}\n${PROOF}`,
        sql: `ALTER TABLE events ATTACH PARTITION events_2025 ${BOUND};`,
      },
    ],
    good: [
      {
        setup: `${EVENTS}\nCREATE INDEX events_kind ON events (kind);\n${NEXT}\n${PROOF}\nCREATE INDEX events_2025_kind ON events_2025 (kind);`,
        sql: `ALTER TABLE events ATTACH PARTITION events_2025 ${BOUND};`,
      },
    ],
    *check(part) {
      const attached = attachedPartition(part);
      const effect = attached === undefined ? undefined : workOn(part, attached.partition, "index-build");
      if (attached !== undefined && effect !== undefined) {
        const message = `${blockedInWords(effect, part.state)}: it lacks an index that ${relationInWords(attached.parent)} has`;
        yield { message, relation: attached.partition };
      }
    },
  },
  {
    id: "create-partition-locks-parent",
    group,
    on: ["CreateStmt"],
    severity: "warning",
    summary: "CREATE TABLE … PARTITION OF",
    explanation:
      "The partitioned table is locked in ACCESS EXCLUSIVE: brief, but it waits for every running query and all later ones wait behind it. " +
      "CREATE TABLE (LIKE parent INCLUDING ALL) and ATTACH PARTITION take SHARE UPDATE EXCLUSIVE only.",
    bad: [{ setup: EVENTS, sql: `CREATE TABLE events_2025 PARTITION OF events ${BOUND};` }],
    good: [
      {
        setup: EVENTS,
        sql: `CREATE TABLE events_2025 (LIKE events INCLUDING ALL);\nALTER TABLE events ATTACH PARTITION events_2025 ${BOUND};`,
      },
    ],
    *check(part) {
      const created = createdPartition(part);
      if (created !== undefined && !part.isNew(created.parent)) {
        const parent = sqlName(created.parent);
        const child = sqlName(created.partition);
        const bound = /\b(for\s+values\s[\s\S]*|default)\s*$/i.exec(part.context.source.text)?.[1] ?? "…";
        yield {
          message: `locks ${relationInWords(created.parent)} in ACCESS EXCLUSIVE: reads and writes wait behind every running query`,
          relation: created.parent,
          fix: `CREATE TABLE ${child} (LIKE ${parent} INCLUDING ALL);\nALTER TABLE ${parent} ATTACH PARTITION ${child} ${bound};`,
        };
      }
    },
  },
  {
    id: "detach-partition-non-concurrent",
    group,
    on: ["AT_DetachPartition"],
    severity: "error",
    online: "info",
    summary: "DETACH PARTITION without CONCURRENTLY",
    explanation:
      "The partitioned table is locked in ACCESS EXCLUSIVE. DETACH PARTITION … CONCURRENTLY takes SHARE UPDATE EXCLUSIVE; it cannot run in " +
      "a transaction, nor while there is a DEFAULT partition.",
    bad: [{ setup: EVENTS, sql: "ALTER TABLE events DETACH PARTITION events_2024;" }],
    good: [{ setup: EVENTS, sql: "ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;" }],
    *check(part) {
      const found = alteration(part, "AT_DetachPartition");
      const command = as("PartitionCmd", found?.command.def);
      if (found === undefined || command?.concurrent === true || part.isNew(found.table)) {
        return;
      }
      const hasDefault = defaultPartition(part, found.table) !== undefined;
      yield {
        message: `locks ${relationInWords(found.table)} and the partition in ACCESS EXCLUSIVE: reads and writes of all of it wait`,
        relation: found.table,
        ...(hasDefault
          ? {}
          : { fix: `${found.head} DETACH PARTITION ${sqlName(written(command?.name))} CONCURRENTLY;` }),
      };
    },
  },
  {
    id: "drop-partition-locks-parent",
    group,
    on: ["DropStmt"],
    severity: "warning",
    summary: "DROP TABLE of a partition",
    explanation:
      "Dropping a partition locks the partitioned table in ACCESS EXCLUSIVE as well. Detach it concurrently first, then drop it.",
    bad: [{ setup: EVENTS, sql: "DROP TABLE events_2024;" }],
    good: [{ setup: "CREATE TABLE alone (id bigint PRIMARY KEY);", sql: "DROP TABLE alone;" }],
    *check(part) {
      if (part.statement.tag !== "DropStmt" || part.statement.node.removeType !== "OBJECT_TABLE") {
        return;
      }
      for (const object of part.statement.node.objects ?? []) {
        const name = objectName(object);
        const parent = part.state.table(name)?.partitionOf?.parent;
        if (parent !== undefined && !part.isNew(parent)) {
          yield {
            message: `locks ${relationInWords(parent)} in ACCESS EXCLUSIVE too: reads and writes of all of it wait`,
            relation: name,
            fix: `ALTER TABLE ${sqlName(parent)} DETACH PARTITION ${sqlName(name)} CONCURRENTLY;\nDROP TABLE ${sqlName(name)};`,
          };
        }
      }
    },
  },
];

function attachedPartition(part: Part): { partition: WrittenName; parent: WrittenName; head: string } | undefined {
  const found = alteration(part, "AT_AttachPartition");
  const command = as("PartitionCmd", found?.command.def);
  return found === undefined || command === undefined
    ? undefined
    : { partition: written(command.name), parent: found.table, head: found.head };
}

function createdPartition(part: Part): { partition: WrittenName; parent: WrittenName } | undefined {
  const node: NodeOf<"CreateStmt"> | undefined = part.statement.tag === "CreateStmt" ? part.statement.node : undefined;
  const parent = as("RangeVar", node?.inhRelations?.[0]);
  return node?.partbound === undefined || parent === undefined
    ? undefined
    : { partition: written(node.relation), parent: written(parent) };
}

const defaultPartition = (part: Part, parent: WrittenName): Table | undefined =>
  part.state.partitionsOf(part.state.resolved(parent)).find(({ partitionOf }) => partitionOf?.bound === "DEFAULT");

function workOn(part: Part, table: WrittenName, work: Effect["work"]): Effect | undefined {
  const { schema, name } = part.state.resolved(table);
  const below = new Set([name, ...part.state.descendantsOf({ schema, name }).map((one) => one.name)]);
  return part.blocking.find(
    ({ relation, works }) =>
      below.has(relation.name) && relation.schema === schema && works.some((one) => one === work),
  );
}
