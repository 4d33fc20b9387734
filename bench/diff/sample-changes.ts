import { type Sample, type SampleSize, type SampleTable, sampleModel, tableName, tableOfView } from "./sample-model.ts";

/** Changes of one kind; `edit` makes one of them. */
interface ChangeKind {
  readonly name: string;
  edit(place: Place): void;
}

/** Where a change is made: no two changes have the same table. */
interface Place {
  readonly sample: Sample;
  readonly name: string;
  readonly table: SampleTable;
  /** A view, of which no other change knows, and its first table. */
  readonly view: number;
  /** Of this change among all. */
  readonly number: number;
}

const KINDS: readonly ChangeKind[] = [
  { name: "column added", edit: ({ table }) => void table.columns.set("added", "text") },
  {
    name: "column added with default and NOT NULL",
    edit: ({ table }) => void table.columns.set("added", "integer DEFAULT 0 NOT NULL"),
  },
  { name: "column dropped", edit: ({ table }) => dropColumn(table, "note") },
  { name: "type widened", edit: ({ table }) => void table.columns.set("label", "character varying(200)") },
  { name: "type changed", edit: ({ table }) => void table.columns.set("quantity", "bigint") },
  {
    name: "type changed below a view",
    edit: ({ sample, view }) => void tableAt(sample, tableOfView(view)).columns.set("amount", "numeric(20,4)"),
  },
  {
    name: "NOT NULL and default set",
    edit: ({ table }) => void table.columns.set("amount", "numeric(12,2) DEFAULT 0 NOT NULL"),
  },
  {
    name: "check added",
    edit: ({ table, name }) => void table.constraints.set(`${name}_is_paid`, "CHECK (amount >= (0)::numeric)"),
  },
  {
    name: "unique constraint added",
    edit: ({ table, name }) => void table.constraints.set(`${name}_label_key`, "UNIQUE (label)"),
  },
  {
    name: "foreign key added",
    edit: ({ table, name }) =>
      void table.foreignKeys.set(
        `${name}_fk_added`,
        "FOREIGN KEY (product_id) REFERENCES public.t1 (id) ON DELETE CASCADE",
      ),
  },
  { name: "foreign key dropped", edit: ({ table }) => dropFirst(table.foreignKeys) },
  { name: "index added", edit: ({ table, name }) => void table.indexes.set(`${name}_added`, "(label, made_at)") },
  { name: "index changed", edit: ({ table, name }) => void table.indexes.set(`${name}_i1`, "(state, made_at DESC)") },
  {
    name: "function replaced",
    edit({ sample: { functions }, number }) {
      // One with a count.
      const name = `f${2 + 2 * (number % EACH)}`;
      functions.set(name, String(functions.get(name)).replace("count(*)", "count(*) + 1"));
    },
  },
  {
    name: "view with a further column",
    edit({ sample: { views }, view }) {
      const one = views.get(`v${view}`);
      if (one !== undefined) one.query = one.query.replace(" FROM", ", b.label FROM");
    },
  },
  {
    name: "policy added",
    edit({ table }) {
      table.rowSecurity = true;
      table.policies.set("owners", "FOR DELETE TO bench_writer USING (NOT is_open)");
    },
  },
  { name: "grant added and taken back", edit: ({ table }) => void table.grants.set("bench_writer", "DELETE, UPDATE") },
  { name: "comment changed", edit: ({ table }) => void table.comments.set("", "What is kept since last year.") },
  { name: "table created", edit: ({ sample, name, number }) => createTable(sample, name, number) },
  { name: "table dropped", edit: ({ sample, name }) => dropTable(sample, name) },
];

const CHANGES = 100;
/** Of each kind. */
const EACH = CHANGES / KINDS.length;

/** @returns the schema after 100 changes, as many of each kind */
export function changedModel(size: SampleSize): Sample {
  const sample = sampleModel(size);
  KINDS.forEach((kind, at) => {
    for (let one = 0; one < EACH; one += 1) {
      const number = at * EACH + one;
      const name = tableName(Math.floor((number * size.tables) / CHANGES));
      // The last of them is one that another selects from.
      const view = 10 * Math.floor((number * size.views) / (10 * CHANGES)) + 2 * one;
      kind.edit({ sample, name, table: tableAt(sample, name), view, number });
    }
  });
  return sample;
}

export const changeKinds = (): readonly string[] => KINDS.map(({ name }) => name);

function tableAt({ tables }: Sample, name: string): SampleTable {
  const table = tables.get(name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}

function dropColumn(table: SampleTable, column: string): void {
  table.columns.delete(column);
  table.comments.delete(column);
}

function dropFirst(map: Map<string, string>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

function createTable({ tables }: Sample, beside: string, number: number): void {
  const name = `created${number}`;
  tables.set(name, {
    columns: new Map([
      ["id", "bigint GENERATED ALWAYS AS IDENTITY NOT NULL"],
      ["parent", "bigint NOT NULL"],
      ["payload", "jsonb DEFAULT '{}'::jsonb NOT NULL"],
    ]),
    constraints: new Map([[`${name}_pkey`, "PRIMARY KEY (id)"]]),
    foreignKeys: new Map([[`${name}_parent_fkey`, `FOREIGN KEY (parent) REFERENCES public.${beside} (id)`]]),
    indexes: new Map([[`${name}_parent_idx`, "(parent)"]]),
    triggers: new Map(),
    policies: new Map([["readers", "FOR SELECT TO bench_reader USING (parent > 0)"]]),
    grants: new Map([["bench_reader", "SELECT"]]),
    comments: new Map([["", "New this year."]]),
    rowSecurity: true,
  });
}

/** With the keys that lead to it. */
function dropTable({ tables }: Sample, name: string): void {
  tables.delete(name);
  for (const { foreignKeys } of tables.values()) {
    for (const [key, definition] of foreignKeys) {
      if (definition.includes(`REFERENCES public.${name} `)) foreignKeys.delete(key);
    }
  }
}
