import type { Effect } from "../../effects/effect.ts";
import { isAtLeast } from "../../effects/lock-mode.ts";
import { alteration } from "../alterations.ts";
import type { Part, StatementContext } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { settingChanges, timeoutMs } from "../session-settings.ts";
import { hasOption } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "short but dangerous locks";

export const TIMEOUTS: readonly Rule[] = [
  {
    id: "missing-lock-timeout",
    group,
    severity: "error",
    summary: "a lock that stops others is asked for without a lock_timeout",
    explanation:
      "While a statement waits for its lock behind a long query, everybody who comes later waits behind it, readers too. A short " +
      "lock_timeout and another try keep the queue short. SET LOCAL outside of a transaction has no effect. It is said once a file. " +
      "Migrations that Lockkeeper runs are not reported: it sets the timeout and tries again by itself.",
    bad: [
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean;" },
      { setup: ORDERS, sql: "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN seen boolean;", line: 2 },
    ],
    good: [
      { setup: ORDERS, sql: "SET lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN seen boolean;" },
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean;", wrapping: "own" },
    ],
    checkStatement(context) {
      const { file, transaction } = context;
      const isDdl = !["InsertStmt", "UpdateStmt", "DeleteStmt", "SelectStmt", "MergeStmt", "CopyStmt"].includes(
        context.statement.tag,
      );
      if (!isDdl || file.isOurs || file.said.has("lock_timeout")) {
        return [];
      }
      const effect = strongest(context);
      const limit = timeoutMs(transaction.setting("lock_timeout") ?? context.state.setting("lock_timeout"));
      if (effect === undefined || (limit ?? 0) > 0) {
        return [];
      }
      file.said.add("lock_timeout");
      const others = effect.blocks.reads ? "all later work on it waits" : "all who write to it later wait";
      return [
        {
          message: `waits for ${effect.lock} on ${relationInWords(effect.relation)} without a limit, and ${others} behind`,
          relation: effect.relation,
          fix: transaction.isOpen ? "SET LOCAL lock_timeout = '2s';" : "SET lock_timeout = '2s';",
        },
      ];
    },
  },
  {
    id: "missing-statement-timeout",
    group,
    severity: "info",
    summary: "a statement that locks runs without a statement_timeout",
    explanation:
      "A statement that takes longer than thought holds its lock for as long. statement_timeout ends it. It is said once a file, and only " +
      "when the configuration asks for it.",
    optIn: true,
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean;" }],
    good: [{ setup: ORDERS, sql: "SET statement_timeout = '10s';\nALTER TABLE orders ADD COLUMN seen boolean;" }],
    *checkStatement(context) {
      const effect = strongest(context);
      const { file, transaction } = context;
      const limit = timeoutMs(transaction.setting("statement_timeout") ?? context.state.setting("statement_timeout"));
      if (effect !== undefined && (limit ?? 0) === 0 && !file.said.has("statement_timeout")) {
        file.said.add("statement_timeout");
        yield {
          message: `holds ${effect.lock} on ${relationInWords(effect.relation)} for as long as it takes`,
          relation: effect.relation,
        };
      }
    },
  },
  {
    id: "lock-timeout-too-long",
    group,
    on: ["VariableSetStmt", "SelectStmt"],
    severity: "warning",
    summary: "a lock_timeout longer than the policy allows",
    explanation:
      "For as long as the statement waits for its lock, everybody who comes later waits behind it. A few seconds are the limit.",
    bad: [{ sql: "SET lock_timeout = '1min';" }],
    good: [{ sql: "SET lock_timeout = '2s';" }],
    *checkStatement({ statement, file }) {
      for (const { name, value } of settingChanges(statement)) {
        const limit = name === "lock_timeout" ? (timeoutMs(value) ?? 0) : 0;
        if (limit > file.policy.longestLockTimeoutMs) {
          yield {
            message: `others may wait behind this session for ${value}; ${file.policy.longestLockTimeoutMs / 1000} s are allowed`,
          };
        }
      }
    },
  },
  {
    id: "concurrent-build-under-statement-timeout",
    group,
    on: ["IndexStmt", "ReindexStmt", "AT_ValidateConstraint"],
    severity: "error",
    summary: "a concurrent build or a validation under a statement_timeout",
    explanation:
      "CREATE INDEX CONCURRENTLY takes as long as the table is large. When statement_timeout ends it, an invalid index is left, which writers " +
      "keep up and no query uses; the next try says that it exists. Set statement_timeout to 0 for this statement.",
    bad: [
      {
        setup: ORDERS,
        sql: "SET statement_timeout = '5s';\nCREATE INDEX CONCURRENTLY orders_note ON orders (note);",
        line: 2,
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "SET statement_timeout = 0;\nCREATE INDEX CONCURRENTLY orders_note ON orders (note);",
      },
    ],
    *check(part) {
      const { transaction, file } = part.context;
      const setting = transaction.setting("statement_timeout");
      const limit = timeoutMs(setting) ?? 0;
      const what = longWork(part);
      if (what !== undefined && limit > 0 && limit < file.policy.shortestBuildTimeoutMs) {
        yield { message: `statement_timeout ${setting} may end ${what} half way`, fix: "SET statement_timeout = 0;" };
      }
    },
  },
];

/** The lock that stops most of all that the statement takes on what others work with. */
function strongest({ effects }: StatementContext): Effect | undefined {
  const stopping = effects.effects.filter(({ lock, isNew }) => !isNew && isAtLeast(lock, "SHARE"));
  return stopping.find(({ lock }) => lock === "ACCESS EXCLUSIVE") ?? stopping[0];
}

/** What takes as long as the table is large, in words. */
function longWork(part: Part): string | undefined {
  const { statement } = part;
  if (statement.tag === "IndexStmt" && statement.node.concurrent === true) {
    return "the build of the index";
  }
  if (statement.tag === "ReindexStmt" && hasOption(statement.node.params, "concurrently")) {
    return "the new build of the indexes";
  }
  return alteration(part, "AT_ValidateConstraint") === undefined ? undefined : "the validation";
}
