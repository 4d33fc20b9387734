import type { DropStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import { namesOf } from "../sql/object-name.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { computingFunctions } from "./fill/computed-column.ts";
import { freeName } from "./free-name.ts";
import { quarantineName } from "./hidden-name.ts";
import { holdsRows } from "./holds-rows.ts";
import { contractFirst, keepersOf } from "./kept.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import {
  AS_WRITTEN,
  brief,
  along as goesAlong,
  joined,
  later,
  type OnlineForm,
  type Piece,
  pieces,
  refused,
  trial,
} from "./piece.ts";
import { takenAlong } from "./taken-along.ts";

/**
 * DROP TABLE of tables with rows: each goes into a schema of its own, where nobody finds it and nothing of it acts on
 * others, and stays there whole until `contract`. A trial of the statement comes first, so that what others have built
 * on the tables stands in the way as it always does. Tables without rows go at once.
 */
export function dropTableOnline(node: DropStmt, statement: Written, context: OnlineContext): OnlineForm {
  const { state, standing, policy } = context;
  const named = (node.objects ?? []).map((object) => {
    const names = namesOf(object);
    const [name = ""] = names.slice(-1);
    const written = { schema: names.at(-2), name };
    return { sql: quoteQualified(schemaless(written)), table: state.table(written) };
  });
  const tables = named.flatMap(({ table }) => table ?? []);
  const ids = tables.map(({ schema, name }) => objectId("table", schema, name));
  const keepers = keepersOf(ids, state);
  const isNeeded = keepers !== undefined;
  if (isNeeded && standing !== undefined && keepersOf(ids, standing) !== undefined) return contractFirst(keepers);
  if (!isNeeded && (policy.drops !== "quarantine" || !tables.some((table) => holdsRows(table, state)))) {
    return atOnce(statement, tables, state);
  }
  // Those without rows go with the others, so that all come back together.
  const below = new Set(tables.flatMap((table) => state.descendantsOf(table)).map(keyOf));
  const kept = tables.filter(
    (table) => table.persistence !== "temporary" && table.kind !== "foreign" && !below.has(keyOf(table)),
  );
  const heir = kept.find((table) => table.inherits.length > 0);
  if (heir !== undefined) {
    return refused(
      `removes the rows of ${heir.name}, which are also those of ${heir.inherits[0]?.name}, so that the table cannot be put aside`,
      "take it out of the inheritance first: `ALTER TABLE … NO INHERIT …`",
    );
  }
  if (policy.mayCreateSchemas === false) return mayNotCreate(`the table ${kept[0]?.name}`);
  const roots = kept.map(({ schema, name }) => objectId("table", schema, name));
  const along = node.behavior === "DROP_CASCADE" ? takenAlong(roots, state) : undefined;
  if (along !== undefined && along.others.length > 0) {
    return refused(
      `takes along with the table what cannot be put aside with it (${along.others.join(", ")})`,
      "drop these by statements of their own first",
    );
  }
  const schemas = new Set([...state.store.maps.schemas.values()].map(({ name }) => name));
  const at = kept.map((table) => putAside(table, state, schemas));
  const gone = named
    .filter(({ table }) => table === undefined || !(kept.includes(table) || below.has(keyOf(table))))
    .map(({ sql }) => sql);
  const ifExists = node.missing_ok === true ? "IF EXISTS " : "";
  const restrict = `DROP TABLE ${ifExists}${named.map(({ sql }) => sql).join(", ")}`;
  return {
    kind: "pieces",
    pieces: [
      ...(along?.keys ?? []),
      // What is kept needs them, and goes before they do.
      ...(isNeeded ? [] : trial(restrict)),
      ...at.flatMap(({ now }) => now).map((piece, place) => (isNeeded && place === 0 ? piece : joined(piece))),
      ...(gone.length === 0 ? [] : [joined(brief(`DROP TABLE ${ifExists}${gone.join(", ")}`))]),
      ...at.flatMap(({ afterwards }) => afterwards),
    ],
  };
}

const READ: ReadonlySet<string> = new Set(["table", "view", "materialized view", "column"]);

/** Whether a policy has a query in it. */
const readsOthers = (
  policy: ObjectId,
  isInside: (name: { readonly schema: string; readonly name: string }) => boolean,
  state: CatalogState,
): boolean =>
  state.store.dependenciesOf(policy).some(({ to }) => {
    const {
      kind,
      path: [schema = "", name = ""],
    } = objectPath(to);
    return READ.has(kind) && !isInside({ schema, name });
  });

/** As it is written; and what would be left behind of columns that triggers compute. */
function atOnce(statement: Written, tables: readonly Table[], state: CatalogState): OnlineForm {
  const functions = computingFunctions(
    tables.flatMap((table) => [table, ...state.descendantsOf(table)]),
    state,
  );
  return functions.length === 0
    ? AS_WRITTEN
    : pieces(
        brief(statement.sql),
        ...functions.map((name) => joined(brief(`DROP FUNCTION ${quoteQualified(name)}()`))),
      );
}

const mayNotCreate = (what: string): OnlineForm =>
  refused(
    `keeps ${what} in a schema of its own until contract, and the role may not create one in this database`,
    "grant it CREATE on the database, or set `drops` to `direct`",
  );

const schemaless = ({ schema, name }: { readonly schema: string | undefined; readonly name: string }) =>
  schema === undefined ? { name } : { schema, name };

interface PutAside {
  readonly now: readonly Piece[];
  readonly afterwards: readonly Piece[];
}

/**
 * Out of its parent, without foreign keys to the living, into a schema of its own together with what is below it.
 *
 * @param schemas the names that are taken, brought along
 */
function putAside(table: Table, state: CatalogState, schemas: Set<string>): PutAside {
  const all = [table, ...state.descendantsOf(table)];
  const isInside = (name: { readonly schema: string; readonly name: string }): boolean =>
    all.some((one) => keyOf(one) === keyOf(name));
  const keys = all.flatMap((one) =>
    one.constraints
      .filter((key) => key.type === "foreign key" && !isInside(key.references))
      .filter(({ parent }) => parent === undefined || !isInside({ schema: parent.schema, name: parent.table }))
      .map(({ name, parent }) => {
        const drop = brief(`ALTER TABLE ${quoteQualified(one)} DROP CONSTRAINT ${quoteIdentifier(name)}`);
        // ATTACH PARTITION makes it again, as it was, from the parent's.
        return parent?.name === name ? goesAlong(drop) : drop;
      }),
  );
  // Nobody reads the rows by then, and what it reads may change or go.
  const policies = all.flatMap((one) =>
    one.policies
      .filter(({ name }) => readsOthers(objectId("policy", one.schema, one.name, name), isInside, state))
      .map(({ name }) => brief(`DROP POLICY ${quoteIdentifier(name)} ON ${quoteQualified(one)}`)),
  );
  const aside = freeName(quarantineName(table.name), (name) => schemas.has(name));
  schemas.add(aside);
  const schema = quoteIdentifier(aside);
  const parent = table.partitionOf?.parent;
  const detach =
    parent === undefined ? [] : [`ALTER TABLE ${quoteQualified(parent)} DETACH PARTITION ${quoteQualified(table)}`];
  const moves = all.map((one) => `ALTER TABLE ${quoteQualified(one)} SET SCHEMA ${schema}`);
  // Statistics do not go along with their table, and would keep their names from others.
  const statistics = [...state.store.maps.statistics.values()]
    .filter((one) => isInside(one.table))
    .map((one) => `ALTER STATISTICS ${quoteQualified(one)} SET SCHEMA ${schema}`);
  const functions = computingFunctions(all, state);
  const leftover = { kind: "schema", name: aside } as const;
  return {
    now: [
      ...detach.map((sql) => brief(sql)),
      ...keys,
      ...policies,
      ...[
        `CREATE SCHEMA ${schema}`,
        ...moves,
        ...statistics,
        ...functions.map((name) => `ALTER FUNCTION ${quoteQualified(name)}() SET SCHEMA ${schema}`),
      ].map((sql) => brief(sql)),
    ],
    afterwards: [
      // DROP OWNED may have taken it.
      later(`DROP TABLE IF EXISTS ${quoteQualified({ schema: aside, name: table.name })}`, leftover),
      ...functions.map(({ name }) =>
        goesAlong(
          later(`DROP FUNCTION ${quoteQualified({ schema: aside, name })}()`, {
            kind: "function",
            schema: aside,
            name,
          }),
        ),
      ),
      goesAlong(later(`DROP SCHEMA ${schema}`, leftover)),
    ],
  };
}
