import { isIdentifierPart } from "../../sql/characters.ts";
import { MAX_NAME_BYTES } from "../../sql/generated-name.ts";
import { endOfIdentifier } from "../../sql/lexemes.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { tokenize } from "../../sql/tokens.ts";
import { alteration } from "../alterations.ts";
import { definedColumns } from "../defined-columns.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { all, as, hasOption, nameIn, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "design";

export const DESIGN: readonly Rule[] = [
  {
    id: "identifier-too-long",
    group,
    severity: "error",
    summary: "a name of more than 63 bytes",
    explanation:
      "PostgreSQL cuts the name to 63 bytes with no more than a notice: two long names may become one, and clients look for one that is not there.",
    bad: [{ sql: "CREATE INDEX an_index_whose_name_says_in_so_many_words_what_it_is_about_and_more ON t (a);" }],
    good: [{ sql: "CREATE INDEX a_short_name ON t (a);" }],
    *checkStatement({ source, statement }) {
      if (
        ["InsertStmt", "UpdateStmt", "DeleteStmt", "CopyStmt"].includes(statement.tag) ||
        !mayHoldLongName(source.text)
      ) {
        return;
      }
      for (const { kind, text, start } of tokenize(source.text)) {
        const name =
          kind === "word" ? text : kind === "quoted-identifier" ? text.slice(1, -1).replaceAll('""', '"') : "";
        if (name.length > MAX_NAME_BYTES / 4 && Buffer.byteLength(name) > MAX_NAME_BYTES) {
          yield { message: `${name} has ${Buffer.byteLength(name)} bytes and is cut to ${MAX_NAME_BYTES}`, at: start };
        }
      }
    },
  },
  {
    id: "require-table-schema",
    group,
    severity: "info",
    summary: "a table is named without its schema",
    explanation: "Which table is meant depends on search_path. It is said only when the configuration asks for it.",
    optIn: true,
    bad: [{ sql: "CREATE TABLE t (id bigint PRIMARY KEY);" }],
    good: [{ sql: "CREATE TABLE public.t (id bigint PRIMARY KEY);" }],
    *check(part) {
      const { statement } = part;
      const relations =
        "relation" in statement.node && statement.tag !== "AlterTableStmt" ? [statement.node.relation] : [];
      const altered = statement.tag === "AlterTableStmt" && part.start === 0 ? [statement.node.relation] : [];
      for (const relation of [...relations, ...altered]) {
        const name = (relation as NodeOf<"RangeVar"> | undefined)?.relname;
        const schema = (relation as NodeOf<"RangeVar"> | undefined)?.schemaname;
        const isTemporary = (relation as NodeOf<"RangeVar"> | undefined)?.relpersistence === "t";
        if (name !== undefined && schema === undefined && !isTemporary) {
          yield { message: `search_path decides which ${name} is meant`, relation: { name } };
        }
      }
    },
  },
  {
    id: "naming-convention",
    group,
    on: ["CreateStmt", "AT_AddColumn", "AT_AlterColumnType", "IndexStmt", "RenameStmt"],
    severity: "info",
    summary: "a name that the policy does not allow",
    explanation:
      "Names that must be quoted are mistyped sooner or later. It is said only when the configuration asks for it; `lint.identifiers` is the pattern.",
    optIn: true,
    bad: [{ sql: 'CREATE TABLE "OrderLines" (id bigint PRIMARY KEY);' }],
    good: [{ sql: "CREATE TABLE order_lines (id bigint PRIMARY KEY);" }],
    *check(part) {
      const { statement } = part;
      const columns = definedColumns(part).map(({ name, at }) => ({ name, at }));
      const made =
        statement.tag === "CreateStmt"
          ? statement.node.relation?.relname
          : statement.tag === "IndexStmt"
            ? statement.node.idxname
            : statement.tag === "RenameStmt"
              ? statement.node.newname
              : undefined;
      for (const { name, at } of [...(made === undefined ? [] : [{ name: made, at: undefined }]), ...columns]) {
        if (!part.policy.identifiers.test(name)) {
          yield { message: `${name} is not named as ${part.policy.identifiers.source} wants it`, at };
        }
      }
    },
  },
  {
    id: "column-alignment",
    group,
    on: ["CreateStmt"],
    severity: "info",
    summary: "columns in an order that wastes room",
    explanation:
      "Values of eight bytes begin at multiples of eight: a boolean before a bigint takes eight bytes. Put wide columns of fixed size first, then narrow ones, then " +
      "text. It is said only when the configuration asks for it.",
    optIn: true,
    bad: [{ sql: "CREATE TABLE t (a boolean, id bigint PRIMARY KEY, b boolean, c bigint);" }],
    good: [{ sql: "CREATE TABLE t (id bigint PRIMARY KEY, c bigint, a boolean, b boolean);" }],
    *check(part) {
      const columns = part.statement.tag === "CreateStmt" ? definedColumns(part) : [];
      const widths = columns.map(({ type }) => (type.array ? undefined : WIDTHS[type.short]));
      const [now, best] = [paddedWidth(widths), paddedWidth(widths.toSorted((a, b) => (b ?? 0) - (a ?? 0)))];
      if (now - best >= 8) {
        yield { message: `another order of the columns saves ${now - best} bytes a row` };
      }
    },
  },
  {
    id: "replica-identity-full",
    group,
    on: ["AT_ReplicaIdentity"],
    severity: "info",
    summary: "REPLICA IDENTITY FULL",
    explanation:
      "The whole old row is written to the WAL with every UPDATE and DELETE, and subscribers look for it by reading the table. Use a unique index.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders REPLICA IDENTITY FULL;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_pkey;" }],
    *check(part) {
      const found = alteration(part, "AT_ReplicaIdentity");
      const identity = as("ReplicaIdentityStmt", found?.command.def)?.identity_type;
      if (found !== undefined && identity === "f") {
        yield {
          message: `every UPDATE and DELETE of ${relationInWords(found.table)} writes the whole old row to the WAL`,
          relation: found.table,
        };
      }
    },
  },
  {
    id: "security-definer-view",
    group,
    on: ["CreateFunctionStmt", "ViewStmt", "CreateExtensionStmt"],
    severity: "warning",
    summary: "SECURITY DEFINER without a search_path, a view that passes row security by, an extension in public",
    explanation:
      "A SECURITY DEFINER function without SET search_path runs what its caller puts into the path, with the owner's rights. A view reads with its owner's " +
      "rights: over a table with row level security it needs security_invoker. Functions of an extension in public are everybody's.",
    bad: [
      { sql: "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';" },
      {
        setup: `${ORDERS}\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
        sql: "CREATE VIEW all_orders AS SELECT id FROM orders;",
      },
    ],
    good: [
      {
        sql: "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1';",
      },
      {
        setup: `${ORDERS}\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
        sql: "CREATE VIEW all_orders WITH (security_invoker) AS SELECT id FROM orders;",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (statement.tag === "CreateFunctionStmt") {
        const options = all("DefElem", statement.node.options);
        const isDefiner =
          hasOption(statement.node.options, "security") && options.some(({ defname }) => defname === "security");
        const hasPath = options.some(
          ({ defname, arg }) => defname === "set" && as("VariableSetStmt", arg)?.name?.toLowerCase() === "search_path",
        );
        if (isDefiner && !hasPath) {
          yield {
            message: `${nameIn(statement.node.funcname).name} runs with its owner's rights what its caller's search_path names`,
          };
        }
      }
      if (statement.tag === "ViewStmt" && !hasOption(statement.node.options, "security_invoker")) {
        const tables = nodesOfType([statement.node.query], "RangeVar").map((one) => part.state.table(written(one)));
        const guarded = tables.find((table) => table?.rowSecurity === true);
        if (guarded !== undefined && part.state.major >= 15) {
          const name = written(statement.node.view);
          yield {
            message: `${relationInWords(name)} passes the row level security of ${relationInWords(guarded)} by: it reads with its owner's rights`,
            relation: name,
          };
        }
      }
      if (statement.tag === "CreateExtensionStmt") {
        const schema = all("DefElem", statement.node.options).find(({ defname }) => defname === "schema");
        if (as("String", schema?.arg)?.sval === "public") {
          yield { message: `everybody may put functions beside those of ${statement.node.extname} into public` };
        }
      }
    },
  },
  {
    id: "unchecked-dynamic-sql",
    group,
    severity: "info",
    summary: "SQL that cannot be judged: dynamic SQL, other languages, commands of psql",
    explanation:
      "EXECUTE of a text that is made when it runs, DO blocks in other languages, and psql's own commands are not seen. A trace on a scratch server sees what they do.",
    bad: [
      { sql: "DO $$\nDECLARE t text;\nBEGIN\n  EXECUTE 'DROP TABLE ' || t;\nEND $$;", line: 4 },
      { sql: "\\i other.sql" },
    ],
    good: [{ setup: ORDERS, sql: "DO $$ BEGIN EXECUTE 'ANALYZE orders'; END $$;" }],
  },
  {
    id: "unused-ignore",
    group,
    severity: "info",
    summary: "a suppression that suppresses nothing",
    explanation:
      "What it once allowed is gone. Remove it, or it will allow the next one without anybody having decided that.",
    bad: [{ sql: '-- lockkeeper: allow drop-table because "nobody reads it"\nSELECT 1;' }],
    good: [{ setup: ORDERS, sql: '-- lockkeeper: allow drop-table because "nobody reads it"\nDROP TABLE orders;' }],
  },
  {
    id: "non-linear-history",
    group,
    severity: "warning",
    summary: "a migration was inserted before others that have been applied",
    explanation:
      "Databases that have applied the later one get the two in another order than new ones do. Give it a number that comes last.",
    bad: [{ sql: "SELECT 1;", insertedBefore: "0007_later" }],
    good: [{ sql: "SELECT 1;" }],
    *checkFile({ insertedBefore }) {
      if (insertedBefore !== undefined) {
        yield { message: `${insertedBefore}, which comes after it, has been applied already`, line: 1, column: 1 };
      }
    },
  },
];

/** Bytes of types of fixed size, which are how they are aligned. */
const WIDTHS: Readonly<Record<string, number>> = {
  int8: 8,
  bigserial: 8,
  float8: 8,
  timestamp: 8,
  timestamptz: 8,
  time: 8,
  int4: 4,
  serial: 4,
  float4: 4,
  date: 4,
  int2: 2,
  smallserial: 2,
  bool: 1,
};

function paddedWidth(widths: readonly (number | undefined)[]): number {
  let at = 0;
  for (const width of widths) {
    if (width !== undefined) {
      at = Math.ceil(at / width) * width + width;
    }
  }
  return Math.ceil(at / 8) * 8;
}

/**
 * Whether a text has a long word, or anything that may be longer in bytes than it looks. Hardly any has, so that few are
 * read closely; a word that is too long stands on one of the places that are looked at.
 */
function mayHoldLongName(text: string): boolean {
  if (/["\u0080-\uffff]/.test(text)) {
    return text.length > MAX_NAME_BYTES / 4;
  }
  for (let at = MAX_NAME_BYTES; at < text.length; at += MAX_NAME_BYTES + 1) {
    let start = at;
    while (start > 0 && isIdentifierPart(text.charCodeAt(start - 1))) {
      start--;
    }
    if (endOfIdentifier(text, at) - start > MAX_NAME_BYTES) {
      return true;
    }
  }
  return false;
}
