import type { QualifiedName } from "../../catalog/model/names.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { clipName, MAX_NAME_BYTES } from "../../sql/generated-name.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import {
  addIdentity,
  continueFrom,
  createPolicy,
  createTrigger,
  disownSequences,
  identities,
  type NamedIdentity,
  ownSequences,
  publish,
  unpublish,
} from "../rebuild/belongings.ts";
import { addKey, foreignKeys, type KeyOfTable } from "../rebuild/foreign-keys.ts";
import { movePartitions } from "../rebuild/partitions.ts";
import { copiedColumns } from "../rebuild/shadow.ts";
import { viewsOver } from "../rebuild/views-over.ts";
import { createViewText } from "../type-views.ts";
import { ownKey, plainKey } from "./changed-keys.ts";
import type { InPlace } from "./in-place.ts";

const alter = (name: QualifiedName): string => `ALTER TABLE ${quoteQualified(name)}`;

/**
 * In one transaction: the table becomes a partition of the one that is made beside it, which takes over its name.
 *
 * @param proof the CHECK by which no row is looked at
 */
export function exchangeUp(place: InPlace, proof: string | undefined): readonly string[] {
  const { shadow, first, bound } = place;
  const { table, fresh } = shadow;
  return [
    ...takeOff(place),
    ...place.kept.flatMap((one) => ownKey(table, one)),
    `${alter(table)} RENAME TO ${quoteIdentifier(first.name)}`,
    ...place.renamed.map(({ thing, name }) => renameIndex(table.schema, thing.name, name)),
    ...place.statistics.map(({ thing, name }) => renameStatistics(thing, name)),
    ...moved(place, fresh.schema, table.schema),
    ...identities(shadow).flatMap((identity) => [
      ...takeOverIdentity(identity, table, shadow),
      `${alter(first)} ALTER COLUMN ${quoteIdentifier(identity.column)} DROP IDENTITY`,
    ]),
    ...ownForeignKeys(place).flatMap((one) => addKey(one, "")),
    `${alter(table)} ATTACH PARTITION ${quoteQualified(first)} ${bound}`,
    ...(proof === undefined ? [] : [`${alter(first)} DROP CONSTRAINT ${quoteIdentifier(proof)}`]),
    ...table.policies.flatMap((policy) => createPolicy(policy, table)),
    ...(table.rowSecurity ? [`${alter(table)} ENABLE ROW LEVEL SECURITY`] : []),
    ...putOn(place),
  ];
}

/** The same the other way round. Rows of other partitions go back into the table first. */
export function exchangeDown(place: InPlace): readonly string[] {
  const { shadow, first } = place;
  const { table, fresh } = shadow;
  const columns = copiedColumns(table).map(quoteIdentifier).join(", ");
  return [
    // Rows that a policy hides would be lost: it fails rather than that.
    ...(table.rowSecurity ? ["SELECT pg_catalog.set_config('row_security', 'off', true)"] : []),
    ...takeOff(place),
    `${alter(table)} DETACH PARTITION ${quoteQualified(first)}`,
    `INSERT INTO ${quoteQualified(first)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${quoteQualified(table)}`,
    ...identities(shadow).flatMap((identity) => takeOverIdentity(identity, first, shadow)),
    ...moved(place, table.schema, fresh.schema),
    ...place.kept.flatMap((one) => plainKey(table, first, one)),
    ...place.renamed.map(({ thing, name }) => renameIndex(table.schema, name, thing.name)),
    ...place.statistics.map(({ thing, name }) => renameStatistics({ ...thing, name }, thing.name)),
    `${alter(first)} RENAME TO ${quoteIdentifier(table.name)}`,
    ...putOn(place),
  ];
}

/** Behind it: rows fulfil the foreign keys, which are only to be known for it again. */
export const proofsOfKeys = (place: InPlace): readonly string[] =>
  referringKeys(place)
    .filter(({ key }) => key.validated && key.enforced)
    .map(({ from, key }) => `${alter(from)} VALIDATE CONSTRAINT ${quoteIdentifier(key.name)}`);

const isOf = ({ shadow }: InPlace, table: QualifiedName): boolean => keyOf(table) === keyOf(shadow.table);

/** Those of the table to others: it keeps its own, and the partitioned one gets the same. */
const ownForeignKeys = (place: InPlace): readonly KeyOfTable[] =>
  foreignKeys(place.shadow).filter(({ from, key }) => isOf(place, from) && !isOf(place, key.references));

/** Those that refer to the table, its own to itself among them. */
const referringKeys = (place: InPlace): readonly KeyOfTable[] =>
  foreignKeys(place.shadow).filter(({ key }) => isOf(place, key.references));

function takeOff(place: InPlace): readonly string[] {
  const { shadow } = place;
  const { table } = shadow;
  const locked = [table, ...referringKeys(place).map(({ from }) => from)];
  return [
    `LOCK TABLE ${[...new Set(locked.map(quoteQualified))].join(", ")} IN ACCESS EXCLUSIVE MODE`,
    ...referringKeys(place).map(({ from, key }) => `${alter(from)} DROP CONSTRAINT ${quoteIdentifier(key.name)}`),
    ...table.triggers.map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteQualified(table)}`),
    ...unpublish(shadow),
    ...disownSequences(shadow),
  ];
}

function putOn(place: InPlace): readonly string[] {
  const { shadow } = place;
  const { table } = shadow;
  return [
    ...ownSequences(shadow),
    ...referringKeys(place).flatMap((one) => addKey(one, one.key.enforced ? " NOT VALID" : " NOT ENFORCED")),
    ...viewsOver(shadow).map((view) => createViewText(view, "CREATE OR REPLACE")),
    ...publish(shadow),
    ...table.triggers.flatMap((trigger) => createTrigger(trigger, table)),
  ];
}

const renameIndex = (schema: string, from: string, to: string): string =>
  `ALTER INDEX ${quoteQualified({ schema, name: from })} RENAME TO ${quoteIdentifier(to)}`;

const renameStatistics = (from: QualifiedName, to: string): string =>
  `ALTER STATISTICS ${quoteQualified(from)} RENAME TO ${quoteIdentifier(to)}`;

/** The partitioned table with all that is its own, the partition that was the table aside. */
function moved({ shadow, statistics }: InPlace, from: string, to: string): readonly string[] {
  const { name } = shadow.table;
  return [
    `${alter({ schema: from, name })} SET SCHEMA ${quoteIdentifier(to)}`,
    ...movePartitions(shadow, from, to),
    ...statistics.map(
      ({ thing }) =>
        `ALTER STATISTICS ${quoteQualified({ schema: from, name: thing.name })} SET SCHEMA ${quoteIdentifier(to)}`,
    ),
  ];
}

/** Two sequences have the name one after the other, and the second goes on where the first stood. */
function takeOverIdentity(identity: NamedIdentity, on: QualifiedName, shadow: InPlace["shadow"]): readonly string[] {
  const { sequence } = identity;
  const before = { schema: sequence.schema, name: clipName(`lockkeeper_before_${sequence.name}`, MAX_NAME_BYTES) };
  return [
    `ALTER SEQUENCE ${quoteQualified(sequence)} RENAME TO ${quoteIdentifier(before.name)}`,
    ...addIdentity(identity, on, shadow),
    continueFrom(sequence, before),
  ];
}
