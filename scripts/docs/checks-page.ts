import { BUILT_IN_CHECKS } from "../../src/checks/built-in-checks.ts";
import type { Check, CheckDepth } from "../../src/checks/check.ts";

const HEAD = `# Checks

\`lockkeeper verify\` looks whether a database is sound: whether references lead somewhere, sequences are ahead of their
columns, indexes and constraints do what they say, and what the rules of your own say. It only reads. Some of the checks run
by themselves [behind each run](release.md#what-follows-each-run).

\`\`\`
lockkeeper verify                        # catalogs, and rows here and there by indexes
lockkeeper verify --quick                # catalogs only
lockkeeper verify --full                 # whole tables as well
lockkeeper verify --only orphans         # these checks and no others
lockkeeper verify --format junit --output report.json
\`\`\`

Each check reads in a transaction of its own, so none keeps VACUUM from its work for longer than it lasts; a lock that
somebody holds is waited for no longer than \`lock.timeout\`, a question no longer than ten minutes. What could not be looked
at (no rights, no time) is told as not checked, and counts like a finding of the check. Row security is switched off for
the reading, so that rows which are hidden make a check fail rather than pass.

With \`--phase post\` the outcome is kept as evidence where Lockkeeper has its state, beside that of the checks which ran behind
the runs.

| exit code | |
|---|---|
| 0 | nothing of severity error or worse (\`--fail-on\` says otherwise) was found |
| 1 | errors, or something that could not be checked |
| 2 | something critical: references that lead nowhere, numbers that will be given twice, damaged indexes |

The report (\`--format json\`, \`--output\`) has \`database\`, \`serverVersion\`, \`checkedAt\` and \`results\`: of each check \`check\`,
\`title\`, \`area\`, \`severity\`, \`state\` (\`passed\`, \`failed\`, \`unchecked\`), \`reason\`, \`durationMs\` and its \`findings\` with
\`severity\`, \`object\`, \`message\`, \`fix\`, \`rows\` and \`sample\`. A check with nothing but findings of severity \`info\` passed, and tells
them.

\`--against\`, \`--snapshot\` and \`--before\` [compare data](compare.md) instead: with another database, or with what was there.

## Rules of your own

Each SQL file of the folder \`checks\` (\`checks\` in the [configuration](configuration.md)) is one query; every row that it
returns is an offence. What is known of it stands in comments before the query:

\`\`\`sql
-- title: no order costs less than nothing
-- severity: warning
-- phase: post
-- limit: 5
SELECT id, total FROM orders WHERE total < 0;
\`\`\`

\`severity\` is \`critical\`, \`error\` (the default), \`warning\` or \`info\`; \`phase\` is \`pre\`, \`post\` or \`both\` (the default), for
\`--phase\`; \`limit\` says how many offenders are shown. The check has the name of its file. It runs read-only, with the names
as the role sees them.

## The checks

*Reads*: catalogs; rows here and there; whole tables (with \`--full\`). A finding may have another severity than its check
where it is better or worse than usual.

| check | what holds | severity | reads |
|---|---|---|---|
`;

const READS: Readonly<Record<CheckDepth, string>> = {
  catalog: "catalogs",
  probed: "rows here and there",
  whole: "whole tables",
};

/** Needs what the last run recorded, so it is no check of a bare database. */
const DRIFT = "| `schema-drift` | The schema is [as the last run left it](drift.md) | error | catalogs |\n";

const TAIL = `
Foreign keys with a \`PERIOD\` are not looked through for orphans. \`index-corrupt\` and \`table-corrupt\` need the extension amcheck,
and say so where it is missing. \`function-broken\` has bodies in SQL and PL/pgSQL looked at as when they are created, under the
search path of the function, or else under the role's with the function's own schema behind: a function that makes the
tables that it reads is told too. \`synced-columns-differ\` finds what a backfill has not done, and what was written past a
trigger that keeps two columns the same. \`temporal-order\` goes by the names of columns: \`starts_at\` and \`ends_at\`,
\`created_at\` and \`updated_at\`, \`valid_from\` and \`valid_to\`, and the like.
`;

/** docs/checks.md: how to check, and the checks as a table. */
export function checksPage(): string {
  return HEAD + BUILT_IN_CHECKS.map(rowOf).join("") + DRIFT + TAIL;
}

const rowOf = ({ id, title, severity, depth }: Check): string =>
  `| \`${id}\` | ${title} | ${severity} | ${READS[depth]} |\n`;
