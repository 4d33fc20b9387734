import type { Catalog } from "../../catalog/catalog.ts";
import { RUN_STATE } from "../../run/read-state.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Ask, Check } from "../check.ts";
import { constraintsOf, indexesOf, quotedColumn } from "./relations.ts";

const hasState = async (ask: Ask): Promise<boolean> =>
  (await ask<{ there: boolean }>("SELECT to_regclass('lockkeeper.run') IS NOT NULL AS there"))[0]?.there === true;

const UNFINISHED = "r.state IN ('queued', 'running', 'paused', 'failed', 'aborted')";

const unfinished: Check = {
  id: "run-unfinished",
  title: "No run of a migration stopped half way",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ ask }) {
    if (!(await hasState(ask))) return [];
    const rows = await ask<{ id: string; migration: string; direction: string; state: string }>(
      `SELECT r.id::text AS id, r.migration_id AS migration, r.direction, ${RUN_STATE} AS state FROM lockkeeper.run AS r
        WHERE ${UNFINISHED} AND EXISTS (SELECT FROM lockkeeper.step AS s WHERE s.run_id = r.id) ORDER BY r.id`,
    );
    return rows
      .filter(({ state }) => state !== "running")
      .map(({ id, migration, direction, state }) => ({
        object: migration,
        message: `Run ${id} (${direction} ${migration}) is ${state}, and stands half way.`,
        fix: "lockkeeper resume",
      }));
  },
};

/** Names that Lockkeeper gives to what it puts aside, or needs on the way. */
const OURS = /^~?lockkeeper_/;

const leftOver: Check = {
  id: "left-over",
  title: "Nothing is left standing that no migration waits to remove",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ catalog, ask }) {
    const objects = objectsOfOurs(catalog);
    if (objects.length === 0) return [];
    const known = (await hasState(ask))
      ? await ask<{ name: string }>(
          `SELECT name FROM unnest($1::text[]) AS name WHERE EXISTS (
             SELECT FROM lockkeeper.run AS r WHERE strpos(r.plan::text, name) > 0 AND (${UNFINISHED}
               OR r.id IN (SELECT run_id FROM lockkeeper.migration WHERE contract = 'waiting')))`,
          [objects.map(({ name }) => name)],
        )
      : [];
    const names = new Set(known.map(({ name }) => name));
    return objects
      .filter(({ name }) => !names.has(name))
      .map(({ kind, object }) => ({
        object,
        message: `The ${kind} ${object} was made on the way of a migration, and no migration that is unfinished or waits for contract knows of it.`,
        fix: "Look whether anything of it is still wanted, then drop it.",
      }));
  },
};

interface Leftover {
  readonly kind: string;
  readonly name: string;
  /** As SQL names it. */
  readonly object: string;
}

function objectsOfOurs(catalog: Catalog): readonly Leftover[] {
  const found: readonly Leftover[] = [
    ...catalog.schemas.map(({ name }) => ({ kind: "schema", name, object: quoteIdentifier(name) })),
    ...catalog.tables.flatMap((table) => [
      { kind: "table", name: table.name, object: quoteQualified(table) },
      ...table.columns.map(({ name }) => ({ kind: "column", name, object: quotedColumn(table, name) })),
      ...table.triggers.map(({ name }) => ({ kind: "trigger", name, object: quotedColumn(table, name) })),
    ]),
    ...indexesOf(catalog).map(({ relation: { schema }, index: { name } }) => ({
      kind: "index",
      name,
      object: quoteQualified({ schema, name }),
    })),
    ...constraintsOf(catalog).map(({ table, part: { name } }) => ({
      kind: "constraint",
      name,
      object: quotedColumn(table, name),
    })),
  ];
  return found.filter(({ name }) => OURS.test(name));
}

export const RUN_CHECKS: readonly Check[] = [unfinished, leftOver];
