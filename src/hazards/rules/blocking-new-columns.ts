import type { Domain } from "../../catalog/model/type.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type AddedColumn, addedColumn } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Hazard, Rule } from "../rule.ts";
import { nameIn, sqlName, texts, written, writtenType } from "../tree.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

export const BLOCKING_NEW_COLUMNS: readonly Rule[] = [
  {
    id: "add-column-volatile-default",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD COLUMN with a DEFAULT that differs from row to row",
    explanation:
      "A constant default, and one that is the same for the whole statement such as now(), is kept in the catalog and costs " +
      "nothing. A volatile one (random(), gen_random_uuid(), nextval(), clock_timestamp(), your own volatile function) must " +
      "be computed for each row: the table and all of its indexes are written again under ACCESS EXCLUSIVE. Add the column " +
      "without it, set the default for new rows, and fill old rows in batches.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN ref uuid DEFAULT gen_random_uuid();" }],
    good: [
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen timestamptz DEFAULT now();" },
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean NOT NULL DEFAULT false;" },
    ],
    *check(part) {
      const added = addedColumn(part);
      const value = added?.constraints.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
      if (
        added !== undefined &&
        value !== undefined &&
        isRewritten(part) &&
        constrainedDomain(part, added) === undefined
      ) {
        const column = quoteIdentifier(added.name);
        const type = typeText(added, part);
        const text = defaultText(part);
        yield* rewriting(part, added, "its default differs from row to row", [
          `${added.head} ADD COLUMN ${column} ${type};`,
          `${added.head} ALTER COLUMN ${column} SET DEFAULT ${text};`,
          `-- then fill the old rows in batches: UPDATE ${sqlName(added.table)} SET ${column} = ${text} WHERE …`,
        ]);
      }
    },
  },
  {
    id: "add-column-serial",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD COLUMN of a serial type",
    explanation:
      "A serial column has nextval() for its default, so every row is written again under ACCESS EXCLUSIVE. Make the " +
      "sequence and a plain column, set the default, fill old rows in batches, then let the column own the sequence.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN number bigserial;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN number bigint;" }],
    *check(part) {
      const added = addedColumn(part);
      if (added === undefined || !isSerial(added)) {
        return;
      }
      const column = quoteIdentifier(added.name);
      const sequence = sqlName({ ...added.table, name: `${added.table.name}_${added.name}_seq` });
      yield* rewriting(part, added, "a serial column takes its values row by row", [
        `CREATE SEQUENCE ${sequence};`,
        `${added.head} ADD COLUMN ${column} bigint;`,
        `${added.head} ALTER COLUMN ${column} SET DEFAULT nextval('${sequence}');`,
        "-- then fill the old rows in batches",
        `ALTER SEQUENCE ${sequence} OWNED BY ${sqlName(added.table)}.${column};`,
      ]);
    },
  },
  {
    id: "add-column-identity",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD COLUMN … GENERATED AS IDENTITY",
    explanation:
      "Each row gets a value of the sequence, so the table is written again under ACCESS EXCLUSIVE. Add a plain column, fill " +
      "it in batches, make it NOT NULL, and only then add the identity, which writes no row.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN number bigint;" }],
    *check(part) {
      const added = addedColumn(part);
      const identity = added?.constraints.find(({ contype }) => contype === "CONSTR_IDENTITY");
      if (added !== undefined && identity !== undefined) {
        const column = quoteIdentifier(added.name);
        const when = identity.generated_when === "a" ? "ALWAYS" : "BY DEFAULT";
        yield* rewriting(part, added, "an identity column takes its values row by row", [
          `${added.head} ADD COLUMN ${column} bigint;`,
          "-- then fill the old rows in batches and prove them NOT NULL",
          `${added.head} ALTER COLUMN ${column} ADD GENERATED ${when} AS IDENTITY;`,
        ]);
      }
    },
  },
  {
    id: "add-column-generated-stored",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD COLUMN … GENERATED … STORED",
    explanation:
      "The expression is computed and stored for every row: the table is written again under ACCESS EXCLUSIVE. From " +
      "PostgreSQL 18 on a VIRTUAL column costs nothing; before, a plain column with a trigger, filled in batches.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN cents bigint GENERATED ALWAYS AS ((total * 100)::bigint) STORED;",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN cents bigint GENERATED ALWAYS AS ((total * 100)::bigint) VIRTUAL;",
      },
    ],
    *check(part) {
      const added = addedColumn(part);
      const generated = added?.constraints.find(({ contype }) => contype === "CONSTR_GENERATED");
      // The grammar of 18 leaves the kind out of a column without a word: VIRTUAL there, STORED was the only one before.
      const isStored = generated?.generated_kind === "s" || (generated !== undefined && part.state.major < 18);
      if (added !== undefined && isStored) {
        const fix = part.state.major >= 18 ? [`${added.head} ${part.text.replace(/\bstored\b/i, "VIRTUAL")};`] : [];
        yield* rewriting(part, added, "a stored column is computed for every row", fix);
      }
    },
  },
  {
    id: "add-column-constrained-domain",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD COLUMN of a domain that has a CHECK or NOT NULL",
    explanation:
      "A column of a constrained domain makes PostgreSQL write the table again under ACCESS EXCLUSIVE, even without a default. " +
      "Use the domain's base type and put the constraint on the table, NOT VALID first.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');`,
        sql: "ALTER TABLE orders ADD COLUMN contact email;",
      },
    ],
    good: [{ setup: `${ORDERS}\nCREATE DOMAIN short AS text;`, sql: "ALTER TABLE orders ADD COLUMN contact short;" }],
    *check(part) {
      const added = addedColumn(part);
      const domain = added === undefined ? undefined : constrainedDomain(part, added);
      if (added !== undefined && domain !== undefined) {
        yield* rewriting(part, added, `the domain ${domain.name} has constraints`, [
          `${added.head} ADD COLUMN ${quoteIdentifier(added.name)} ${domain.base.text};`,
        ]);
      }
    },
  },
  {
    id: "add-column-inline-check",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD COLUMN … CHECK (…)",
    explanation:
      "The whole table is read under ACCESS EXCLUSIVE to prove the CHECK, though every row has the same value. Add the column " +
      "first and the constraint NOT VALID after it; VALIDATE CONSTRAINT lets everybody work.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN parts int CHECK (parts > 0);" }],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN parts int;\nALTER TABLE orders ADD CONSTRAINT parts_positive CHECK (parts > 0) NOT VALID;",
      },
    ],
    *check(part) {
      const added = addedColumn(part);
      const check = added?.constraints.find(({ contype }) => contype === "CONSTR_CHECK");
      const [effect] = part.blocking;
      if (added !== undefined && check !== undefined && effect !== undefined) {
        const name = check.conname ?? `${added.table.name}_${added.name}_check`;
        yield {
          message: `${blockedInWords(effect, part.state)}: the CHECK of ${added.name} is proven row by row`,
          relation: added.table,
          fix: [
            `${added.head} ADD COLUMN ${quoteIdentifier(added.name)} ${typeText(added, part)};`,
            `${added.head} ADD CONSTRAINT ${quoteIdentifier(name)} CHECK (…) NOT VALID;`,
            `${added.head} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`,
          ].join("\n"),
        };
      }
    },
  },
  {
    id: "add-column-inline-fk",
    group,
    on: ["AT_AddColumn"],
    severity: "warning",
    summary: "ADD COLUMN … REFERENCES",
    explanation:
      "Without a default no row is verified, but the statement holds ACCESS EXCLUSIVE on the table and SHARE ROW EXCLUSIVE on " +
      "the referenced one, whose writers wait. With a default every row is verified under those locks. Add the column, then " +
      "the foreign key NOT VALID, then validate it.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN payer_id bigint REFERENCES customers (id);" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN payer_id bigint;" }],
    *check(part) {
      const added = addedColumn(part);
      const key = added?.constraints.find(({ contype }) => contype === "CONSTR_FOREIGN");
      if (added === undefined || key === undefined || part.isNew(added.table)) {
        return;
      }
      const parent = written(key.pktable);
      const hasDefault = added.constraints.some(({ contype }) => contype === "CONSTR_DEFAULT");
      const [effect] = part.blocking;
      const what =
        hasDefault && effect !== undefined
          ? blockedInWords(effect, part.state)
          : `locks ${relationInWords(added.table)} (ACCESS EXCLUSIVE) and ${relationInWords(parent)} (SHARE ROW EXCLUSIVE) together`;
      yield {
        message: `${what}: ${added.name} refers to ${relationInWords(parent)}`,
        relation: added.table,
        fix: inlineKeyFix(added, key, part),
      };
    },
  },
  {
    id: "add-column-not-null-no-default",
    group,
    on: ["AT_AddColumn"],
    severity: "error",
    summary: "ADD COLUMN … NOT NULL without a DEFAULT",
    explanation:
      "The statement fails as soon as the table has a row, after it has read it under ACCESS EXCLUSIVE. Give a default, or " +
      "say in a line `-- lockkeeper: using column = expression` what the rows get, or add the column without NOT NULL, fill " +
      "it and prove it.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN code text NOT NULL;" }],
    good: [
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN code text NOT NULL DEFAULT '';" },
      {
        setup: ORDERS,
        sql: "-- lockkeeper: using code = 'none'\nALTER TABLE orders ADD COLUMN code text NOT NULL;",
      },
      { sql: "CREATE TABLE t (id bigint PRIMARY KEY);\nALTER TABLE t ADD COLUMN code text NOT NULL;" },
    ],
    *check(part) {
      const added = addedColumn(part);
      if (added === undefined || part.isNew(added.table) || part.context.file.given.has(added.name)) {
        return;
      }
      const types = added.constraints.map(({ contype }) => contype);
      const isRequired = types.includes("CONSTR_NOTNULL") || types.includes("CONSTR_PRIMARY");
      const hasValue = ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"].some((one) =>
        types.includes(one as never),
      );
      if (isRequired && !hasValue && !isSerial(added) && !isEmpty(part, added) && !domainHasDefault(part, added)) {
        const column = quoteIdentifier(added.name);
        yield {
          message: `fails if ${relationInWords(added.table)} has a row: ${added.name} is NOT NULL and has no default`,
          relation: added.table,
          fix: `${added.head} ADD COLUMN ${column} ${typeText(added, part)} NOT NULL DEFAULT …;`,
        };
      }
    },
  },
];

function* rewriting(part: Part, added: AddedColumn, why: string, fix: readonly string[]): Iterable<Hazard> {
  const [effect] = part.blocking;
  if (effect !== undefined) {
    yield {
      message: `${blockedInWords(effect, part.state)}: ${why}`,
      relation: added.table,
      ...(fix.length === 0 ? {} : { fix: fix.join("\n") }),
    };
  }
}

const isRewritten = (part: Part): boolean => part.blocking.some(({ works }) => works.includes("rewrite"));

function constrainedDomain(part: Part, { column }: AddedColumn): Domain | undefined {
  const domain = part.state.domain(writtenType(column.typeName).name);
  return domain !== undefined && (domain.notNull || domain.constraints.length > 0) ? domain : undefined;
}

const SERIALS = new Set(["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"]);

const isSerial = ({ column }: AddedColumn): boolean => SERIALS.has(writtenType(column.typeName).short);

const isEmpty = (part: Part, { table }: AddedColumn): boolean => {
  const { facts } = part.state.sizeOf(part.state.resolved(table));
  return facts !== undefined && facts.heapBytes === 0 && part.state.table(table)?.kind === "ordinary";
};

const domainHasDefault = (part: Part, { column }: AddedColumn): boolean =>
  part.state.domain(nameIn(column.typeName?.names))?.default !== undefined;

/** The type as it is written: what stands between the name and the first constraint. */
function typeText({ column, constraints }: AddedColumn, part: Part): string {
  const text = part.context.source.text;
  const from = column.typeName?.location;
  const bytes = Buffer.from(text);
  if (from === undefined) {
    return texts(column.typeName?.names).at(-1) ?? "text";
  }
  const ends = constraints.flatMap(({ location }) => location ?? []).filter((at) => at > from);
  const partEnd = part.start === 0 ? bytes.length : Buffer.byteLength(text.slice(0, part.start + part.text.length));
  const comma = bytes.length - from;
  const end = Math.min(...ends, partEnd, from + comma);
  return (
    bytes
      .subarray(from, end)
      .toString()
      .split(/,\s*(?:add|alter|drop)\b/i)[0]
      ?.replace(/\s+not\s*$/i, "")
      .trim() ?? ""
  );
}

/** What stands behind DEFAULT. */
const defaultText = (part: Part): string =>
  /\bdefault\s+([\s\S]+?)(?:\s+(?:not\s+null|null|unique|primary\s+key|check|references|constraint)\b[\s\S]*)?$/i.exec(
    part.text,
  )?.[1] ?? "…";

function inlineKeyFix(added: AddedColumn, key: NodeOf<"Constraint">, part: Part): string {
  const name = quoteIdentifier(key.conname ?? `${added.table.name}_${added.name}_fkey`);
  const column = quoteIdentifier(added.name);
  const target = key.pk_attrs === undefined ? "" : ` (${texts(key.pk_attrs).map(quoteIdentifier).join(", ")})`;
  return [
    `${added.head} ADD COLUMN ${column} ${typeText(added, part)};`,
    `${added.head} ADD CONSTRAINT ${name} FOREIGN KEY (${column}) REFERENCES ${sqlName(written(key.pktable))}${target} NOT VALID;`,
    `${added.head} VALIDATE CONSTRAINT ${name};`,
  ].join("\n");
}
