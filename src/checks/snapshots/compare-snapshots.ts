import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { CheckFinding, CheckSeverity } from "../check.ts";
import type { CheckReport, CheckResult } from "../run-checks.ts";
import type { ColumnSnapshot, DataSnapshot, TableSnapshot } from "./data-snapshot.ts";
import { meansTable, type NamedChanges } from "./named-by-plans.ts";

/**
 * What has become of the rows between two snapshots, beside what the plans that ran meanwhile say of it: what none of them
 * names is an error, or a warning where a plan runs code that does not say what it changes.
 *
 * @throws LockkeeperError `usage` for snapshots of two majors, whose hashes do not compare
 */
export function compareSnapshots(before: DataSnapshot, now: DataSnapshot, named: NamedChanges): CheckReport {
  const [major, other] = [before, now].map(({ serverVersion }) => Math.floor(serverVersion / 10_000));
  if (major !== other) {
    throw new LockkeeperError("usage", {
      message: `The snapshot is of PostgreSQL ${major}, and the server is ${other} now: what it hashes does not compare.`,
      notDone: "Nothing was compared.",
      action: "Compare with the old server itself: lockkeeper verify --against URL",
    });
  }
  const names = [...new Set([...before.tables, ...now.tables].map(({ table }) => table))].toSorted();
  const unread = new Map([...before.unread, ...now.unread].map(({ table, reason }) => [table, reason]));
  const results = [...names, ...[...unread.keys()].filter((table) => !names.includes(table))].map(
    (table): CheckResult => {
      const reason = unread.get(table);
      const common = { check: table, title: TITLE, area: "data", severity: "error", durationMs: 0 } as const;
      if (reason !== undefined) return { ...common, state: "unchecked", findings: [], reason };
      const find = (snapshot: DataSnapshot): TableSnapshot | undefined =>
        snapshot.tables.find((one) => one.table === table);
      const findings = changesOf(find(before), find(now), named);
      return { ...common, state: findings.length === 0 ? "passed" : "failed", findings, reason: null };
    },
  );
  const { database, serverVersion, takenAt } = now;
  return { database, serverVersion, checkedAt: takenAt, results: [...ofAnother(before, now), ...results] };
}

/** That nothing was lost here says nothing of the database whose rows were counted. */
function ofAnother(before: DataSnapshot, now: DataSnapshot): readonly CheckResult[] {
  if (before.database === now.database) return [];
  return [
    {
      check: "snapshot-database",
      title: "The snapshot is of this database",
      area: "data",
      severity: "warning",
      durationMs: 0,
      state: "failed",
      findings: [
        {
          severity: "warning",
          message: `The snapshot is of the database ${before.database}, and this is ${now.database}. What ran there is not known here.`,
        },
      ],
      reason: null,
    },
  ];
}

const TITLE = "The rows are as they were, but for what the plans name";

type Told = CheckFinding & { readonly severity: CheckSeverity };

function changesOf(
  before: TableSnapshot | undefined,
  now: TableSnapshot | undefined,
  { isOpen, tables, columns }: NamedChanges,
): readonly Told[] {
  const table = (now ?? before)?.table ?? "";
  const unnamed: CheckSeverity = isOpen ? "warning" : "error";
  const told = (isNamed: boolean, message: string, column?: string): Told => ({
    object: column === undefined ? table : `${table}.${column}`,
    message: isNamed ? message : `${message} No plan names it.`,
    severity: isNamed ? "info" : unnamed,
  });
  const isTableNamed = meansTable(tables, table);
  if (before === undefined) return [{ ...told(true, `The table is new, with ${count(now?.rows ?? 0, "row")}.`) }];
  if (now === undefined) return [told(isTableNamed, `The table is gone, with ${count(before.rows, "row")}.`)];
  const rows = rowsChange(before, now);
  const isNamed = (name: string): boolean => isTableNamed || meansTable(columns, table, name);
  // Rows are told apart by their keys: those of another name, or with other values, are others.
  const isKeyNamed = before.rows === now.rows && [...before.key, ...now.key].some(isNamed);
  const still = new Map(now.columns.map((column) => [column.name, column]));
  const past = new Set(before.columns.map(({ name }) => name));
  return [
    ...(rows === undefined ? [] : [told(isTableNamed || isKeyNamed, rows)]),
    ...before.columns.flatMap((column) => {
      const after = still.get(column.name);
      if (after === undefined) return [told(isNamed(column.name), `Column ${column.name} is gone.`, column.name)];
      const change = columnChange(column, after, before, now);
      return change === undefined ? [] : [told(isNamed(column.name), change, column.name)];
    }),
    ...now.columns
      .filter(({ name }) => !past.has(name))
      .map(({ name, nulls }) =>
        told(true, `Column ${name} is new${nulls === 0 ? "" : `; it is NULL in ${count(nulls, "row")}`}.`, name),
      ),
  ];
}

const signed = (number: number): string => (number < 0 ? String(number) : `+${number}`);

function rowsChange(before: TableSnapshot, now: TableSnapshot): string | undefined {
  if (before.rows !== now.rows) {
    return `There were ${count(before.rows, "row")}, and are ${now.rows} (${signed(now.rows - before.rows)}).`;
  }
  const others = before.groups.filter(({ keys }, at) => keys !== now.groups[at]?.keys).length;
  return others === 0
    ? undefined
    : `There are as many rows as before, but others: in ${others} of ${count(before.groups.length, "group")} of rows the keys are not the same.`;
}

/** Undefined where nothing tells of a change. */
function columnChange(
  before: ColumnSnapshot,
  now: ColumnSnapshot,
  then: TableSnapshot,
  table: TableSnapshot,
): string | undefined {
  // Where rows came or went, the hashes say nothing of those that stayed.
  const isSame = then.key.length === table.key.length && then.groups.length === table.groups.length;
  const comparable = then.groups.flatMap(({ rows, keys }, at) => {
    const group = table.groups[at];
    return isSame && group?.rows === rows && group.keys === keys ? [at] : [];
  });
  const changed = comparable.filter((at) => before.hashes[at] !== now.hashes[at]).length;
  const facts = (["nulls", "sum", "min", "max"] as const).flatMap((fact) =>
    before[fact] === now[fact] ? [] : [`${LABELS[fact]} ${before[fact] ?? "none"} → ${now[fact] ?? "none"}`],
  );
  const type = before.type === now.type ? [] : [`type ${before.type} → ${now.type}`];
  const told = [...type, ...facts].join(", ");
  if (changed > 0) {
    const most = comparable
      .filter((at) => before.hashes[at] !== now.hashes[at])
      .reduce((sum, at) => sum + (then.groups[at]?.rows ?? 0), 0);
    const values = most === changed ? count(changed, "value") : `${changed} to ${count(most, "value")}`;
    return `Column ${before.name}: ${values} changed${told === "" ? "" : `; ${told}`}.`;
  }
  // Sums and counts move with the rows that come and go.
  return type.length > 0 ? `Column ${before.name}: ${type.join("")}, and the same values.` : undefined;
}

const LABELS = { nulls: "NULLs", sum: "sum", min: "least", max: "greatest" } as const;
