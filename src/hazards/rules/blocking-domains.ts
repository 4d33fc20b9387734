import { quoteIdentifier } from "../../sql/quote.ts";
import { alteration } from "../alterations.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { as, nameIn, sqlName } from "../tree.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

const WITH_DOMAIN = `CREATE DOMAIN amount AS numeric;
CREATE TABLE bills (id bigint PRIMARY KEY, sum amount);`;

export const BLOCKING_DOMAINS: readonly Rule[] = [
  {
    id: "alter-domain-add-constraint",
    group,
    on: ["AlterDomainStmt"],
    severity: "error",
    summary: "ALTER DOMAIN ADD CHECK",
    explanation:
      "Every table with a column of the domain is read under SHARE: its writers wait. Added NOT VALID no table is touched; VALIDATE " +
      "CONSTRAINT then takes the same SHARE and reads all, so it belongs into a quiet hour.",
    bad: [{ setup: WITH_DOMAIN, sql: "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE >= 0);" }],
    good: [{ setup: WITH_DOMAIN, sql: "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE >= 0) NOT VALID;" }],
    *check(part) {
      if (part.statement.tag !== "AlterDomainStmt" || !["C", "V"].includes(part.statement.node.subtype ?? "")) {
        return;
      }
      const { node } = part.statement;
      const domain = nameIn(node.typeName);
      const constraint = as("Constraint", node.def);
      const isOpen = !part.state.complete && part.state.domain(domain) === undefined;
      const [effect] = part.blocking;
      const message =
        effect !== undefined
          ? blockedInWords(effect, part.state)
          : isOpen && constraint?.skip_validation !== true
            ? `blocks writes of every table that uses the domain ${relationInWords(domain)} while its rows are read (SHARE)`
            : undefined;
      if (message === undefined) {
        return;
      }
      const name = constraint?.conname;
      const head = `ALTER DOMAIN ${sqlName(domain)}`;
      const text = part.context.source.text;
      const fix =
        node.subtype === "C" && name !== undefined
          ? { fix: `${text} NOT VALID;\n-- in a quiet hour\n${head} VALIDATE CONSTRAINT ${quoteIdentifier(name)};` }
          : {};
      yield { message, relation: effect?.relation, ...fix };
    },
  },
  {
    id: "alter-domain-set-not-null",
    group,
    on: ["AlterDomainStmt"],
    severity: "error",
    summary: "ALTER DOMAIN SET NOT NULL",
    explanation:
      "Every table with a column of the domain is read under SHARE: its writers wait. Put the constraint on the tables instead, NOT VALID " +
      "first.",
    bad: [{ setup: WITH_DOMAIN, sql: "ALTER DOMAIN amount SET NOT NULL;" }],
    good: [{ setup: WITH_DOMAIN, sql: "ALTER DOMAIN amount DROP NOT NULL;" }],
    *check(part) {
      if (part.statement.tag !== "AlterDomainStmt" || part.statement.node.subtype !== "O") {
        return;
      }
      const domain = nameIn(part.statement.node.typeName);
      const isOpen = !part.state.complete && part.state.domain(domain) === undefined;
      const [effect] = part.blocking;
      if (effect !== undefined || isOpen) {
        const message =
          effect === undefined
            ? `blocks writes of every table that uses the domain ${relationInWords(domain)} while its rows are read (SHARE)`
            : blockedInWords(effect, part.state);
        yield { message, relation: effect?.relation };
      }
    },
  },
  {
    id: "alter-type-attribute-cascade",
    group,
    on: ["AT_AddColumn", "AT_AlterColumnType", "AT_DropColumn"],
    severity: "error",
    summary: "ALTER TYPE … ATTRIBUTE … CASCADE with typed tables",
    explanation:
      "CASCADE carries the change into every table made OF the type: those are written again under ACCESS EXCLUSIVE where the stored form " +
      "changes. Use ordinary tables.",
    bad: [
      {
        setup: "CREATE TYPE point_in AS (a int, b int);\nCREATE TABLE points OF point_in;",
        sql: "ALTER TYPE point_in ALTER ATTRIBUTE a TYPE bigint CASCADE;",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "CREATE TYPE point_in AS (a int, b int);\nALTER TYPE point_in ALTER ATTRIBUTE a TYPE bigint CASCADE;",
      },
    ],
    *check(part) {
      const { statement, command } = part;
      if (
        statement.tag !== "AlterTableStmt" ||
        statement.node.objtype !== "OBJECT_TYPE" ||
        command?.behavior !== "DROP_CASCADE"
      ) {
        return;
      }
      const found = alteration(part, "AT_AlterColumnType", "AT_AddColumn", "AT_DropColumn");
      const [effect] = part.blocking;
      const isOpen = !part.state.complete && found !== undefined && part.state.relation(found.table) === undefined;
      if (effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: effect.relation };
      } else if (isOpen) {
        yield {
          message: `changes every table made OF ${relationInWords(found.table)} under ACCESS EXCLUSIVE`,
          relation: found.table,
        };
      }
    },
  },
];
