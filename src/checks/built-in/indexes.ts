import type { IndexKey, TableIndex } from "../../catalog/model/table-index.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { indexesOf } from "./relations.ts";

/** Left behind by CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY that were interrupted. */
const REINDEX_LEFTOVER = /_cc(?:new|old)\d*$/;

const invalid: Check = {
  id: "index-invalid",
  title: "Every index was built to its end and is used",
  area: "indexes",
  severity: "error",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    indexesOf(catalog).flatMap(({ relation, index }) => {
      if (index.partitioned || (index.valid && index.ready)) return [];
      const name = { schema: relation.schema, name: index.name };
      const cost = index.ready ? "; every write maintains it" : "";
      return [
        {
          object: quoteQualified(name),
          message: `The index ${quoteQualified(name)} of ${quoteQualified(relation)} was not built to its end: no query uses it${cost}.`,
          fix: REINDEX_LEFTOVER.test(index.name)
            ? `DROP INDEX CONCURRENTLY ${quoteQualified(name)};`
            : `REINDEX INDEX CONCURRENTLY ${quoteQualified(name)};`,
        },
      ];
    }),
};

const notAttached: Check = {
  id: "index-not-attached",
  title: "Every index of a partitioned table is on each of its partitions",
  area: "indexes",
  severity: "error",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    indexesOf(catalog).flatMap(({ relation, index }) => {
      if (!index.partitioned || index.valid) return [];
      const has = new Set(
        indexesOf(catalog).flatMap(({ relation: owner, index: { parent } }) =>
          parent?.schema === relation.schema && parent.name === index.name ? [quoteQualified(owner)] : [],
        ),
      );
      const lacking = catalog.tables
        .filter(
          ({ partitionOf }) =>
            partitionOf?.parent.schema === relation.schema && partitionOf.parent.name === relation.name,
        )
        .map(quoteQualified)
        .filter((name) => !has.has(name));
      const name = quoteQualified({ schema: relation.schema, name: index.name });
      return [
        {
          object: name,
          message:
            lacking.length === 0
              ? `The index ${name} of ${quoteQualified(relation)} is not valid: an index attached to it is not.`
              : `The index ${name} of ${quoteQualified(relation)} is missing on ${lacking.join(", ")}.`,
          fix: `Create it there with CREATE INDEX CONCURRENTLY, then ALTER INDEX ${name} ATTACH PARTITION it.`,
        },
      ];
    }),
};

const duplicate: Check = {
  id: "index-duplicate",
  title: "No two indexes are the same",
  area: "indexes",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) => {
    const seen = new Map<string, string>();
    return indexesOf(catalog).flatMap(({ relation, index }): readonly CheckFinding[] => {
      const what = JSON.stringify([relation.schema, relation.name, contentOf(index)]);
      const name = quoteQualified({ schema: relation.schema, name: index.name });
      const first = seen.get(what);
      if (first === undefined) {
        seen.set(what, name);
        return [];
      }
      return [
        {
          object: name,
          message: `The indexes ${first} and ${name} of ${quoteQualified(relation)} are the same.`,
          ...(index.constraint === undefined && index.parent === undefined
            ? { fix: `DROP INDEX CONCURRENTLY ${name};` }
            : {}),
        },
      ];
    });
  },
};

const redundant: Check = {
  id: "index-redundant",
  title: "No index is the beginning of another",
  area: "indexes",
  severity: "info",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    [...catalog.tables, ...catalog.materializedViews].flatMap((relation) =>
      relation.indexes.flatMap((index) => {
        if (!isPlain(index) || index.unique || index.constraint !== undefined || index.parent !== undefined) return [];
        const longer = relation.indexes.find((other) => isPlain(other) && beginsWith(other, index));
        if (longer === undefined) return [];
        const [name, other] = [index, longer].map((one) => quoteQualified({ schema: relation.schema, name: one.name }));
        return [
          {
            object: name ?? "",
            message: `The index ${name} of ${quoteQualified(relation)} is the beginning of ${other}, which serves the same queries.`,
            fix: `DROP INDEX CONCURRENTLY ${name};`,
          },
        ];
      }),
    ),
};

/** A B-tree over all rows, in use. */
const isPlain = ({ method, predicate, valid, partitioned, replicaIdentity }: TableIndex): boolean =>
  method === "btree" && predicate === undefined && valid && !partitioned && !replicaIdentity;

const beginsWith = (longer: TableIndex, shorter: TableIndex): boolean =>
  longer.keys.length > shorter.keys.length &&
  shorter.keys.every((key, nth) => sameKey(key, longer.keys[nth])) &&
  shorter.include.every(
    (column) => longer.include.includes(column) || longer.keys.some((key) => "column" in key && key.column === column),
  );

const sameKey = (one: IndexKey, other: IndexKey | undefined): boolean =>
  JSON.stringify(keyContent(one)) === JSON.stringify(other && keyContent(other));

/** What a key decides for queries; how many values are sampled of it is not part of that. */
const keyContent = ({ statisticsTarget: _, ...key }: IndexKey): unknown => Object.entries(key).toSorted();

/** What two indexes of the same use have in common: neither names, nor where and how they are stored. */
const contentOf = ({ method, unique, nullsNotDistinct, keys, include, predicate }: TableIndex): unknown => [
  method,
  unique,
  nullsNotDistinct,
  keys.map(keyContent),
  include,
  predicate,
];

export const INDEX_CHECKS: readonly Check[] = [invalid, notAttached, duplicate, redundant];
