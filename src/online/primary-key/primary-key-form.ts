import type { QualifiedName } from "../../catalog/model/names.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { PrimaryKeyChange } from "../../migrations/change-primary-key.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { commentOnConstraint } from "../comments.ts";
import { freeName } from "../free-name.ts";
import { concurrently, createLike } from "../index-definition.ts";
import { type OnlineContext, written } from "../online-context.ts";
import { onlineForm } from "../online-form.ts";
import { alone, brief, joined, type OnlineForm, type Piece, pieces, refused } from "../piece.ts";
import { keyDefinition } from "../retype/key-definition.ts";
import { stepTable } from "../step-table.ts";
import type { TypedForm } from "../typed-form.ts";
import { type KnownChange, knownChange } from "./known-change.ts";

/** A table that gets another primary key. */
export const primaryKeyForm = (change: PrimaryKeyChange): TypedForm => ({
  words: `primary key ${JSON.stringify(change)}`,
  plain: (state) => plainly(change, state),
  online: (context) => primaryKeyOnline(change, context),
});

/** Without a catalog nobody knows what refers to the key, or what it is called; PostgreSQL says what stands against it. */
function plainly(change: PrimaryKeyChange, state: CatalogState | undefined): readonly string[] {
  const known = state === undefined ? undefined : knownChange(change, state);
  if (known !== undefined && !("reason" in known)) {
    const { key, former, columns } = known;
    const made = [`PRIMARY KEY (${list(columns)})`, `UNIQUE (${list(key.columns)})`];
    return [
      ...dropUsers(known),
      exchange(known, former === undefined ? made.slice(0, 1) : made),
      ...addUsers(known, ""),
    ];
  }
  const name = stepTable(change.table)?.name ?? change.table;
  return [
    `ALTER TABLE ${change.table} DROP CONSTRAINT ${quoteIdentifier(`${name}_pkey`)}, ADD PRIMARY KEY (${list(change.columns)})`,
  ];
}

const list = (names: readonly string[]): string => names.map(quoteIdentifier).join(", ");

/**
 * The new key's index, and one for the unique constraint that takes the place of the old key, CONCURRENTLY; then all of
 * it in one short transaction, in which foreign keys go over to the unique constraint and stay in force.
 */
function primaryKeyOnline(change: PrimaryKeyChange, context: OnlineContext): OnlineForm {
  const known = knownChange(change, context.state);
  if ("reason" in known) return refused(`changes the primary key of ${change.table}: ${known.reason}`, known.instead);
  const { table, key, columns, former } = known;
  const open = table.columns.filter(({ name, notNull }) => columns.includes(name) && !notNull);
  const required = notNullFirst(
    known,
    open.map(({ name }) => name),
    context,
  );
  if (required.kind !== "pieces") return required;
  const indexes = [
    { name: freeIn(table, key.name, context), on: columns },
    ...(former === undefined ? [] : [{ name: former, on: key.columns }]),
  ];
  const made = indexes.map(
    ({ name }, at) => `${at === 0 ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${quoteIdentifier(name)}`,
  );
  const inside = [...dropUsers(known), exchange(known, made), ...addUsers(known, " NOT VALID")];
  return pieces(
    ...required.pieces,
    ...indexes.map(
      ({ name, on }): Piece => ({
        ...alone(
          `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quoteQualified(table)} (${list(on)})`,
          "expand",
        ),
        // The way back from the exchange takes it along.
        back: [{ sql: `DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified({ schema: table.schema, name })}` }],
      }),
    ),
    { ...brief(lock(known), "cutover"), back: wayBack(known, context).map((sql) => ({ sql })), notes: notesOn(known) },
    ...inside.map((sql): Piece => joined({ ...brief(sql, "cutover"), back: [] })),
    ...proofs(known).map((sql): Piece => ({ ...alone(sql, "cutover"), back: [] })),
  );
}

function notNullFirst({ table }: KnownChange, open: readonly string[], context: OnlineContext): OnlineForm {
  if (open.length === 0) return pieces();
  const required = open.map((name) => `ALTER COLUMN ${quoteIdentifier(name)} SET NOT NULL`);
  const sql = `ALTER TABLE ${quoteQualified(table)} ${required.join(", ")}`;
  const form = onlineForm(written(sql), context);
  return form.kind === "as written" ? pieces(brief(sql)) : form;
}

const freeIn = ({ schema }: QualifiedName, name: string, { state }: OnlineContext): string =>
  freeName(name, (taken) => state.relation({ schema, name: taken }) !== undefined);

function wayBack(known: KnownChange, context: OnlineContext): readonly string[] {
  const { table, key, index, former } = known;
  const name = freeIn(table, `lockkeeper_${key.name}`, context);
  const head = `ALTER TABLE ${quoteQualified(table)}`;
  const drops = [key.name, ...(former === undefined ? [] : [former])].map(
    (one) => `DROP CONSTRAINT ${quoteIdentifier(one)}`,
  );
  return [
    concurrently(createLike(index, table, name)),
    "BEGIN",
    lock(known),
    ...dropUsers(known),
    `${head} ${drops.join(", ")}, ADD CONSTRAINT ${quoteIdentifier(key.name)} PRIMARY KEY USING INDEX ${quoteIdentifier(name)}`,
    ...[commentOnConstraint(table, key)].flatMap((sql) => sql ?? []),
    ...(index.clustered ? [`${head} CLUSTER ON ${quoteIdentifier(key.name)}`] : []),
    ...addUsers(known, " NOT VALID"),
    "COMMIT",
    ...proofs(known),
  ];
}

/** @param made the keys that come, as they stand behind their names */
function exchange({ table, key, former = "" }: KnownChange, made: readonly string[]): string {
  const adds = made.map((one, at) => `ADD CONSTRAINT ${quoteIdentifier(at === 0 ? key.name : former)} ${one}`);
  return `ALTER TABLE ${quoteQualified(table)} DROP CONSTRAINT ${quoteIdentifier(key.name)}, ${adds.join(", ")}`;
}

const lock = ({ table, users }: KnownChange): string => {
  const names: readonly QualifiedName[] = [table, ...users.map(({ from }) => from)];
  return `LOCK TABLE ${[...new Set(names.map(quoteQualified))].join(", ")} IN ACCESS EXCLUSIVE MODE`;
};

const dropUsers = ({ users }: KnownChange): readonly string[] =>
  users.map(({ from, key }) => `ALTER TABLE ${quoteQualified(from)} DROP CONSTRAINT ${quoteIdentifier(key.name)}`);

function addUsers({ users }: KnownChange, proved: "" | " NOT VALID"): readonly string[] {
  const same = (column: string): string => column;
  return users.flatMap(({ from, key }) => {
    const state = key.enforced ? (key.validated ? proved : " NOT VALID") : " NOT ENFORCED";
    return [
      `ALTER TABLE ${quoteQualified(from)} ADD CONSTRAINT ${quoteIdentifier(key.name)} ${keyDefinition(key, same, same)}${state}`,
      ...[commentOnConstraint(from, key)].flatMap((sql) => sql ?? []),
    ];
  });
}

const proofs = ({ users }: KnownChange): readonly string[] =>
  users
    .filter(({ key }) => key.validated && key.enforced)
    .map(({ from, key }) => `ALTER TABLE ${quoteQualified(from)} VALIDATE CONSTRAINT ${quoteIdentifier(key.name)}`);

const notesOn = ({ key, former }: KnownChange): readonly string[] =>
  former === undefined
    ? [`From the cutover on nothing keeps ${key.columns.join(", ")} unique by itself.`]
    : [`${key.columns.join(", ")} stays unique, by the constraint ${former}.`];
