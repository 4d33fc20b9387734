import { embedKeys, extractKeys, mergeColumns, type ReshapeStep, splitColumn } from "../../src/migrations/reshape.ts";

export type Shape = "old" | "new";

/** What a row says, whichever shape says it: a number, and something else that lives in the same columns. */
export interface Said {
  readonly n: number | null;
  readonly rest: number;
}

/** A change of a table `t (id int PRIMARY KEY, note text, …)`, and how clients of either shape write it. */
export interface ReshapeKind {
  readonly name: string;
  /** The columns of `t` behind `id` and `note`. */
  readonly columns: string;
  readonly step: ReshapeStep;
  readonly mayBeNull: boolean;
  /** Columns with their SQL, for INSERT. */
  readonly insert: (shape: Shape, said: Said) => Readonly<Record<string, string>>;
  /** The same for an UPDATE that leaves out what it need not write. */
  readonly update: (shape: Shape, said: Said, before: Said) => Readonly<Record<string, string>>;
  /** SQL that reads a row as JSON text of `Said`. */
  readonly read: (shape: Shape) => string;
}

const text = (value: string | number | null): string => (value === null ? "NULL" : `'${value}'`);

const said = (n: string, rest: string): string => `json_build_object('n', ${n}, 'rest', ${rest})::text`;

const OF_NAMES = {
  old: ({ n, rest }: Said) => ({ name: text(`N${n} R${rest}`) }),
  new: ({ n, rest }: Said) => ({ "First name": text(`N${n}`), last_name: text(`R${rest}`) }),
};

const READ_NAMES = {
  old: said("substr(split_part(name, ' ', 1), 2)::int", "substr(split_part(name, ' ', 2), 2)::int"),
  new: said(`substr("First name", 2)::int`, "substr(last_name, 2)::int"),
};

const other = (shape: Shape): Shape => (shape === "old" ? "new" : "old");

const NAMES = `COALESCE("First name", '') || ' ' || COALESCE(t.last_name, '')`;

const OF_DOCUMENT = {
  column: ({ n, rest }: Said) => ({ doc: `'{"rest": ${rest}}'`, n: text(n) }),
  document: ({ n, rest }: Said) => ({ doc: `'{"rest": ${rest}, "n": ${n}}'` }),
};

const UPDATED_DOCUMENT = {
  column: (now: Said, before: Said) => ({
    ...(now.n === before.n ? {} : { n: text(now.n) }),
    ...(now.rest === before.rest ? {} : { doc: `doc || '{"rest": ${now.rest}}'` }),
  }),
  document: ({ n, rest }: Said) => ({ doc: `doc || '{"rest": ${rest}, "n": ${n}}'` }),
};

const READ_DOCUMENT = {
  column: said("n", "(doc ->> 'rest')::int"),
  document: said("(doc ->> 'n')::int", "(doc ->> 'rest')::int"),
};

const DOCUMENT = { table: "t", document: "doc" } as const;

export const RESHAPE_KINDS: readonly ReshapeKind[] = [
  {
    name: "a column that is split",
    columns: `name varchar(60) NOT NULL DEFAULT 'N0 R0'`,
    step: splitColumn({
      table: "public.t",
      column: "name",
      into: {
        "First name": { type: "text", value: "split_part(t.name, ' ', 1)", notNull: true },
        last_name: { type: "varchar(50)", value: "split_part(name, ' ', 2)", notNull: true },
      },
      back: NAMES,
    }),
    mayBeNull: false,
    insert: (shape, now) => OF_NAMES[shape](now),
    update: (shape, now, before) => changed(OF_NAMES[shape](now), OF_NAMES[shape](before)),
    read: (shape) => READ_NAMES[shape],
  },
  {
    name: "columns that are merged",
    columns: `"First name" text NOT NULL, last_name varchar(50) NOT NULL`,
    step: mergeColumns({
      table: "t",
      into: { name: { type: "varchar(60)", value: NAMES, notNull: true } },
      back: { "First name": "split_part(name, ' ', 1)", last_name: "split_part(name, ' ', 2)" },
    }),
    mayBeNull: false,
    insert: (shape, now) => OF_NAMES[other(shape)](now),
    update: (shape, now, before) => changed(OF_NAMES[other(shape)](now), OF_NAMES[other(shape)](before)),
    read: (shape) => READ_NAMES[other(shape)],
  },
  {
    name: "a key that gets a column",
    columns: `doc jsonb NOT NULL`,
    step: extractKeys({ ...DOCUMENT, into: { n: { type: "int" }, unused: { key: "un used", type: "jsonb" } } }),
    mayBeNull: true,
    insert: (shape, now) => OF_DOCUMENT[shape === "old" ? "document" : "column"](now),
    update: (shape, now, before) => UPDATED_DOCUMENT[shape === "old" ? "document" : "column"](now, before),
    read: (shape) => READ_DOCUMENT[shape === "old" ? "document" : "column"],
  },
  {
    name: "a column that becomes a key",
    columns: `n int, unused text[], doc jsonb`,
    step: embedKeys({ ...DOCUMENT, from: { n: { type: "int" }, unused: { type: "text[]", key: "un used" } } }),
    mayBeNull: true,
    insert: (shape, now) => OF_DOCUMENT[shape === "old" ? "column" : "document"](now),
    // Clients of before write documents without the key.
    update: (shape, now, before) => ({
      ...UPDATED_DOCUMENT[shape === "old" ? "column" : "document"](now, before),
      ...(shape === "old" ? { doc: `'{"rest": ${now.rest}}'` } : {}),
    }),
    read: (shape) => READ_DOCUMENT[shape === "old" ? "column" : "document"],
  },
];

const changed = (now: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => before[name] !== value));
