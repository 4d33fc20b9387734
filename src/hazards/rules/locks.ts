import type { Effect } from "../../effects/effect.ts";
import { isAtLeast } from "../../effects/lock-mode.ts";
import { addedColumn, addedConstraint, alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { all, nameIn, type objectName, sqlName, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "short but dangerous locks";

export const LOCKS: readonly Rule[] = [
  {
    id: "access-exclusive-brief",
    group,
    severity: "info",
    summary: "a brief change under ACCESS EXCLUSIVE",
    explanation:
      "Only the catalog changes, but the lock must be had first: it waits for every running query on the table, and all later ones wait " +
      "behind it. With a short lock_timeout and another try this is safe.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN note SET STATISTICS 500;" }],
    checkStatement({ effects }) {
      const brief = effects.effects.find(
        ({ lock, role, work, isNew }) => lock === "ACCESS EXCLUSIVE" && role === "target" && work === "none" && !isNew,
      );
      if (brief === undefined) {
        return [];
      }
      const message = `takes ACCESS EXCLUSIVE on ${relationInWords(brief.relation)} for a moment: it waits for every running query on it`;
      return [{ message, relation: brief.relation }];
    },
  },
  {
    id: "drop-fk-locks-parent",
    group,
    on: ["DropStmt", "AT_DropConstraint", "AT_DropColumn"],
    severity: "warning",
    summary: "dropping a foreign key, its column or its table locks the referenced table too",
    explanation:
      "The triggers of the foreign key are removed from the referenced table, which is locked in ACCESS EXCLUSIVE for it: readers of both " +
      "tables wait. Drop the foreign key alone, in a short transaction of its own, with a short lock_timeout.",
    bad: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers;`,
        sql: "ALTER TABLE orders DROP CONSTRAINT c;",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0);`,
        sql: "ALTER TABLE orders DROP CONSTRAINT t;",
      },
    ],
    *check(part) {
      const isDrop =
        part.statement.tag === "DropStmt" || alteration(part, "AT_DropConstraint", "AT_DropColumn") !== undefined;
      const parents = isDrop
        ? part.effects.effects.filter(
            ({ role, lock, isNew }) => role === "referenced" && lock === "ACCESS EXCLUSIVE" && !isNew,
          )
        : [];
      for (const { relation } of parents) {
        yield { message: `locks the referenced table ${relationInWords(relation)} in ACCESS EXCLUSIVE too`, relation };
      }
    },
  },
  {
    id: "create-table-fk-locks-parent",
    group,
    on: ["CreateStmt"],
    severity: "info",
    summary: "CREATE TABLE … REFERENCES locks the referenced table",
    explanation:
      "The new table is empty and nothing is verified, but the referenced table is locked in SHARE ROW EXCLUSIVE until the transaction ends: " +
      "its writers wait. Keep the transaction short, or add the foreign key NOT VALID later.",
    bad: [{ setup: ORDERS, sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);" }],
    good: [
      {
        sql: "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a);",
      },
    ],
    *check(part) {
      for (const { relation, lock } of part.statement.tag === "CreateStmt" ? referenced(part) : []) {
        yield {
          message: `blocks writes of the referenced table ${relationInWords(relation)} until the transaction ends (${lock})`,
          relation,
        };
      }
    },
  },
  {
    id: "multiple-foreign-keys",
    group,
    on: ["CreateStmt", "AlterTableStmt"],
    severity: "warning",
    summary: "foreign keys to several existing tables in one transaction",
    explanation:
      "Each referenced table stays locked in SHARE ROW EXCLUSIVE until the transaction ends, and taking several such locks invites a " +
      "deadlock with the application. One foreign key a transaction.",
    bad: [
      {
        setup: ORDERS,
        sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, customer_id bigint REFERENCES customers);",
      },
    ],
    good: [{ setup: ORDERS, sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);" }],
    *checkStatement(context) {
      const now = new Set(
        context.parts
          .flatMap((part) => (addsKey(part) ? referenced(part) : []))
          .map(({ relation }) => relationInWords(relation)),
      );
      const held = context.transaction.isOpen
        ? [...context.transaction.held.values()].filter(({ role }) => role === "referenced")
        : [];
      const tables = [...new Set([...held.map(({ relation }) => relationInWords(relation)), ...now])];
      if (now.size > 0 && tables.length > 1) {
        yield { message: `one transaction holds SHARE ROW EXCLUSIVE on ${tables.join(", ")}: their writers wait` };
      }
    },
  },
  {
    id: "create-trigger",
    group,
    on: [
      "CreateTrigStmt",
      "AT_EnableTrig",
      "AT_EnableAlwaysTrig",
      "AT_EnableReplicaTrig",
      "AT_DisableTrig",
      "AT_EnableTrigAll",
      "AT_EnableTrigUser",
      "AT_DisableTrigAll",
      "AT_DisableTrigUser",
    ],
    severity: "warning",
    summary: "CREATE TRIGGER, ENABLE or DISABLE TRIGGER",
    explanation:
      "SHARE ROW EXCLUSIVE on the table: writers wait until the transaction ends, and the statement waits until those at work have ended. " +
      "Keep it in a short transaction of its own.",
    bad: [
      {
        setup: ORDERS,
        sql: "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();",
      },
    ],
    good: [
      { setup: ORDERS, sql: "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;" },
    ],
    *check(part) {
      const altered = alteration(
        part,
        ...(["AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_DisableTrig"] as const),
        ...(["AT_EnableTrigAll", "AT_EnableTrigUser", "AT_DisableTrigAll", "AT_DisableTrigUser"] as const),
      );
      const table =
        altered?.table ?? (part.statement.tag === "CreateTrigStmt" ? written(part.statement.node.relation) : undefined);
      const isOfView = table !== undefined && part.state.relation(table)?.kind === "view";
      if (table !== undefined && !part.isNew(table) && !isOfView) {
        yield {
          message: `blocks writes of ${relationInWords(table)} until the transaction ends (SHARE ROW EXCLUSIVE)`,
          relation: table,
        };
      }
    },
  },
  {
    id: "drop-trigger",
    group,
    on: ["DropStmt", "RenameStmt"],
    severity: "warning",
    summary: "DROP TRIGGER or ALTER TRIGGER … RENAME",
    explanation:
      "ACCESS EXCLUSIVE on the table. Disable the trigger first, which stops writers only, or give its function an empty body, which stops nobody; " +
      "drop it in a quiet hour.",
    bad: [{ setup: ORDERS, sql: "DROP TRIGGER t ON orders;" }],
    good: [{ setup: ORDERS, sql: "SET lock_timeout = '2s';\nALTER TABLE orders DISABLE TRIGGER USER;" }],
    *check(part) {
      const { statement } = part;
      const dropped =
        statement.tag === "DropStmt" && statement.node.removeType === "OBJECT_TRIGGER"
          ? (statement.node.objects ?? []).map(parentOf)
          : [];
      const renamed =
        statement.tag === "RenameStmt" && statement.node.renameType === "OBJECT_TRIGGER"
          ? [written(statement.node.relation)]
          : [];
      for (const table of [...dropped, ...renamed]) {
        if (!part.isNew(table) && part.state.relation(table)?.kind !== "view") {
          yield { message: `blocks reads and writes of ${relationInWords(table)} (ACCESS EXCLUSIVE)`, relation: table };
        }
      }
    },
  },
  {
    id: "create-rule",
    group,
    on: ["RuleStmt", "DropStmt", "AT_EnableRule", "AT_EnableAlwaysRule", "AT_EnableReplicaRule", "AT_DisableRule"],
    severity: "warning",
    summary: "CREATE, DROP, ENABLE or DISABLE RULE",
    explanation:
      "ACCESS EXCLUSIVE on the table; and rules rewrite statements in ways that surprise. A trigger does the same with less.",
    bad: [{ setup: ORDERS, sql: "CREATE RULE r AS ON DELETE TO orders DO INSTEAD NOTHING;" }],
    good: [
      { setup: ORDERS, sql: "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;" },
    ],
    *check(part) {
      const { statement } = part;
      const altered = alteration(
        part,
        "AT_EnableRule",
        "AT_EnableAlwaysRule",
        "AT_EnableReplicaRule",
        "AT_DisableRule",
      );
      const created = statement.tag === "RuleStmt" ? written(statement.node.relation) : undefined;
      const dropped =
        statement.tag === "DropStmt" && statement.node.removeType === "OBJECT_RULE"
          ? parentOf(statement.node.objects?.[0])
          : undefined;
      const table = altered?.table ?? created ?? dropped;
      if (table !== undefined && !part.isNew(table)) {
        yield { message: `blocks reads and writes of ${relationInWords(table)} (ACCESS EXCLUSIVE)`, relation: table };
      }
    },
  },
  {
    id: "rename-index-via-alter-table",
    group,
    on: ["RenameStmt"],
    severity: "warning",
    summary: "ALTER TABLE index RENAME",
    explanation:
      "ALTER TABLE renames an index under ACCESS EXCLUSIVE; ALTER INDEX does it under SHARE UPDATE EXCLUSIVE.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders_pkey RENAME TO orders_key;" }],
    good: [{ setup: ORDERS, sql: "ALTER INDEX orders_pkey RENAME TO orders_key;" }],
    *check(part) {
      const { statement } = part;
      if (statement.tag !== "RenameStmt" || statement.node.renameType !== "OBJECT_TABLE") {
        return;
      }
      const name = written(statement.node.relation);
      const known = part.state.relation(name);
      if (known?.kind === "index" && !part.isNew(known.on)) {
        yield {
          message: `blocks reads and writes of ${relationInWords(known.on)}: ALTER TABLE takes ACCESS EXCLUSIVE on the index`,
          relation: known.on,
          fix: `ALTER INDEX ${sqlName(name)} RENAME TO ${sqlName({ name: statement.node.newname ?? "" })};`,
        };
      }
    },
  },
  {
    id: "sequence-ddl",
    group,
    on: ["AlterSeqStmt"],
    severity: "warning",
    summary: "ALTER SEQUENCE",
    explanation:
      "SHARE ROW EXCLUSIVE on the sequence: nextval() waits, and every INSERT that takes its key from it, until the transaction ends. Keep it " +
      "in a short transaction of its own.",
    bad: [{ setup: "CREATE SEQUENCE numbers;", sql: "ALTER SEQUENCE numbers CACHE 50;" }],
    good: [{ setup: "CREATE SEQUENCE numbers;", sql: "ALTER SEQUENCE numbers OWNED BY NONE;" }],
    *check(part) {
      if (part.statement.tag !== "AlterSeqStmt") {
        return;
      }
      const name = written(part.statement.node.sequence);
      const options = all("DefElem", part.statement.node.options).map(({ defname }) => defname);
      if (options.some((one) => one !== "owned_by") && !part.isNew(name)) {
        yield { message: `nextval() of ${relationInWords(name)} waits until the transaction ends`, relation: name };
      }
    },
  },
  {
    id: "explicit-lock-table",
    group,
    on: ["LockStmt"],
    severity: "warning",
    summary: "LOCK TABLE",
    explanation:
      "Without a mode LOCK TABLE takes ACCESS EXCLUSIVE; from SHARE on writers wait until the transaction ends. Take the weakest mode that " +
      "serves, with a short lock_timeout.",
    bad: [{ setup: ORDERS, sql: "BEGIN;\nLOCK TABLE orders;\nCOMMIT;", line: 2 }],
    good: [{ setup: ORDERS, sql: "BEGIN;\nLOCK TABLE orders IN ROW EXCLUSIVE MODE;\nCOMMIT;" }],
    *check(part) {
      if (part.statement.tag !== "LockStmt") {
        return;
      }
      for (const { relation, lock, blocks, isNew } of part.effects.effects.filter(({ role }) => role === "target")) {
        if (!isNew && (blocks.reads || blocks.writes)) {
          const what = blocks.reads ? "reads and writes" : "writes";
          yield {
            message: `blocks ${what} of ${relationInWords(relation)} until the transaction ends (${lock})`,
            relation,
          };
        }
      }
    },
  },
];

const referenced = (part: Part): readonly Effect[] =>
  part.effects.effects.filter(
    ({ role, isNew, lock }) => role === "referenced" && !isNew && isAtLeast(lock, "SHARE ROW EXCLUSIVE"),
  );

const addsKey = (part: Part): boolean =>
  part.statement.tag === "CreateStmt" ||
  addedConstraint(part, "CONSTR_FOREIGN") !== undefined ||
  addedColumn(part)?.constraints.some(({ contype }) => contype === "CONSTR_FOREIGN") === true;

/** The table in `DROP TRIGGER name ON table`, whose list ends with the trigger's own name. */
function parentOf(object: Parameters<typeof objectName>[0]) {
  const items = object !== undefined && "List" in object ? (object.List.items ?? []) : [];
  return nameIn(items.slice(0, -1));
}
