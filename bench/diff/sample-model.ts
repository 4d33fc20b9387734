/** How large the schema is. */
export interface SampleSize {
  readonly tables: number;
  readonly columns: number;
  /** Those of primary keys count. */
  readonly indexes: number;
  readonly foreignKeys: number;
  readonly functions: number;
  readonly views: number;
}

/** Of a size like that of the issue: everything grows with the number of tables. */
export const sizeOf = (tables: number): SampleSize => ({
  tables,
  columns: 10 * tables,
  indexes: 5 * tables,
  foreignKeys: 2 * tables,
  functions: Math.floor(tables / 2),
  views: Math.floor((3 * tables) / 10),
});

/** What a schema holds, as it would be written down; all of it is in the schema `public`. */
export interface Sample {
  readonly tables: Map<string, SampleTable>;
  /** What follows `CREATE FUNCTION public.`, by name. */
  readonly functions: Map<string, string>;
  readonly views: Map<string, SampleView>;
}

/** Each list by name; the texts are what follows the name in SQL. */
export interface SampleTable {
  readonly columns: Map<string, string>;
  readonly constraints: Map<string, string>;
  readonly foreignKeys: Map<string, string>;
  readonly indexes: Map<string, string>;
  readonly triggers: Map<string, string>;
  readonly policies: Map<string, string>;
  /** By role. */
  readonly grants: Map<string, string>;
  /** On the table (`""`) and its columns. */
  readonly comments: Map<string, string>;
  rowSecurity: boolean;
}

export interface SampleView {
  query: string;
  readonly grants: Map<string, string>;
  comment?: string;
}

/** Roles of the whole server; policies and grants name them. */
export const ROLES = ["bench_reader", "bench_writer"] as const;

/** The same schema on every call, with exactly the numbers of objects that are asked for. */
export function sampleModel(size: SampleSize): Sample {
  const tables = Array.from({ length: size.tables }, (_, number) => sampleTable(size, number));
  for (let key = 0; key < size.foreignKeys; key += 1) {
    const column = key % 2 === 0 ? "customer_id" : "product_id";
    tables[key % size.tables]?.foreignKeys.set(
      `${tableName(key % size.tables)}_fk${key}`,
      `FOREIGN KEY (${column}) REFERENCES public.${tableName((key * 7 + 1) % size.tables)} (id)`,
    );
  }
  return {
    tables: new Map(tables.map((table, number) => [tableName(number), table])),
    functions: new Map(
      Array.from({ length: size.functions }, (_, number) => [`f${number}`, sampleFunction(number, size.tables)]),
    ),
    views: new Map(Array.from({ length: size.views }, (_, number) => [`v${number}`, sampleView(number)])),
  };
}

export const tableName = (number: number): string => `t${number}`;

/** The first of a view's tables. The last tenth of the tables is in no view. */
export const tableOfView = (view: number): string => tableName(3 * view);

function sampleTable(size: SampleSize, number: number): SampleTable {
  const name = tableName(number);
  const width = share(size.columns, size.tables, number);
  const count = share(size.indexes, size.tables, number);
  const isGuarded = number % 5 === 0;
  return {
    columns: new Map([
      ["id", "bigint NOT NULL"],
      ...COLUMNS.slice(0, width - 1),
      ...Array.from({ length: Math.max(0, width - 1 - COLUMNS.length) }, (_, more) => [`more${more}`, "text"] as const),
    ]),
    constraints: new Map([
      [`${name}_pkey`, "PRIMARY KEY (id)"],
      [`${name}_quantity_check`, "CHECK (quantity > 0)"],
    ]),
    foreignKeys: new Map(),
    indexes: new Map(
      Array.from({ length: count - 1 }, (_, index) => [
        `${name}_i${index}`,
        INDEXES[index % INDEXES.length] ?? "(state)",
      ]),
    ),
    triggers: new Map(
      number % 10 === 0 ? [["touch", `BEFORE UPDATE ON public.${name} FOR EACH ROW EXECUTE FUNCTION public.f0()`]] : [],
    ),
    policies: new Map(
      isGuarded
        ? [
            ["readers", "FOR SELECT TO bench_reader USING (is_open)"],
            ["writers", "TO bench_writer USING (customer_id > 0) WITH CHECK (customer_id > 0)"],
          ]
        : [],
    ),
    grants: new Map([
      ["bench_reader", "SELECT"],
      ...(number % 2 === 0 ? [["bench_writer", "INSERT, UPDATE"] as const] : []),
    ]),
    comments: new Map(
      isGuarded
        ? [
            ["", `What is kept of ${name}.`],
            ["note", "Whatever somebody wrote about it."],
          ]
        : [],
    ),
    rowSecurity: isGuarded,
  };
}

const COLUMNS = [
  ["customer_id", "bigint"],
  ["state", "text DEFAULT 'none'::text NOT NULL"],
  ["made_at", "timestamp with time zone DEFAULT now() NOT NULL"],
  ["amount", "numeric(12,2)"],
  ["is_open", "boolean DEFAULT false NOT NULL"],
  ["product_id", "bigint"],
  ["label", "character varying(80)"],
  ["note", "jsonb"],
  ["quantity", "integer"],
] as const;

const INDEXES = ["(made_at DESC)", "(state, made_at)", "(lower(state))", "(product_id) WHERE is_open"] as const;

/** f0 is the function of all triggers. Bodies name tables of the first half. */
function sampleFunction(number: number, tables: number): string {
  if (number === 0) {
    return "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.made_at := now(); RETURN NEW; END$$";
  }
  const table = `public.${tableName(number % Math.ceil(tables / 2))}`;
  return number % 2 === 0
    ? `(wanted bigint) RETURNS bigint LANGUAGE sql STABLE AS $$SELECT count(*) FROM ${table} WHERE customer_id = wanted$$`
    : `(wanted bigint, by integer DEFAULT 1) RETURNS void LANGUAGE plpgsql AS $$BEGIN UPDATE ${table} SET quantity = quantity + by WHERE id = wanted; END$$`;
}

/** Every tenth view selects from the one before it as well. */
function sampleView(number: number): SampleView {
  const [one, other] = [tableOfView(number), tableName(3 * number + 1)];
  const query =
    number % 10 === 9
      ? `SELECT v.id, v.amount, o.made_at FROM public.v${number - 1} v JOIN public.${other} o ON o.id = v.id`
      : `SELECT a.id, a.state, a.amount, b.made_at FROM public.${one} a JOIN public.${other} b ON b.id = a.customer_id WHERE a.is_open`;
  return {
    query,
    grants: new Map([["bench_reader", "SELECT"]]),
    ...(number % 4 === 0 ? { comment: `What of ${one} is open.` } : {}),
  };
}

/** Splits `total` over `parts` so that the sum is exact. */
function share(total: number, parts: number, part: number): number {
  return Math.floor(((part + 1) * total) / parts) - Math.floor((part * total) / parts);
}
