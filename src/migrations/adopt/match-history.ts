import { compareVersions } from "../layouts/flyway-version.ts";
import type { LayoutFile } from "../layouts/layout.ts";
import {
  editedProblem,
  failedProblem,
  missingProblem,
  pendingBeforeApplied,
  swappedProblem,
} from "./adoption-problems.ts";
import type { AdoptionItem, AdoptionProblem, AdoptionReport } from "./adoption-report.ts";
import type { HistoryRow, ToolHistory } from "./history.ts";

/**
 * Holds a tool's history against its files. Pure: nothing is read and nothing is written.
 *
 * @param files the tool's files in the order in which it applies them
 */
export function matchHistory(history: ToolHistory, files: readonly LayoutFile[]): AdoptionReport {
  const found = new Matches(history.tool, files);
  for (const row of history.rows) {
    found.add(row);
  }
  const items = files.map((file) => itemOf(file, found.of(file)));
  const problems = [
    ...found.missing,
    ...items.flatMap((item, position) => {
      const file = files[position];
      const match = file && found.of(file);
      if (file === undefined || match === undefined) {
        return [];
      }
      return [
        ...(item.status === "failed" ? [failedProblem(history.tool, file)] : []),
        ...(item.checksum === "edited" ? [editedProblem(file, match.row)] : []),
      ];
    }),
    ...orderProblems(history, files, found),
  ];
  const count = (status: AdoptionItem["status"]): number => items.filter((item) => item.status === status).length;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return {
    tool: history.tool,
    table: `${history.schema}.${history.table}`,
    clean: errors === 0,
    counts: {
      files: files.length,
      applied: count("applied"),
      pending: count("pending"),
      failed: count("failed"),
      errors,
      warnings: problems.length - errors,
    },
    items,
    problems,
    limits: LIMITS[history.tool] ?? [],
  };
}

const NO_CHECKSUM = "It keeps no checksums, so an edited file cannot be told from the one that was applied.";
const NO_ORDER = "It does not record in which order migrations were applied.";

const LIMITS: Partial<Record<ToolHistory["tool"], readonly string[]>> = {
  "node-pg-migrate": [NO_CHECKSUM],
  dbmate: [NO_CHECKSUM, NO_ORDER],
  goose: [NO_CHECKSUM],
  "golang-migrate": [
    "It records one version and takes every file up to it for applied: a file that was added below it later and skipped looks applied.",
    NO_CHECKSUM,
    NO_ORDER,
  ],
  knex: [NO_CHECKSUM],
  alembic: ["It records the heads only: what they stand on is taken for applied.", NO_CHECKSUM, NO_ORDER],
  typeorm: [NO_CHECKSUM],
  sequelize: [NO_CHECKSUM, NO_ORDER],
  kysely: [NO_CHECKSUM],
};

interface Match {
  readonly row: HistoryRow;
  readonly implied: boolean;
}

/** Which row speaks for which file. */
class Matches {
  readonly missing: AdoptionProblem[] = [];
  readonly #matchesByChecksum: boolean;
  readonly #files: readonly LayoutFile[];
  readonly #byKey: ReadonlyMap<string, LayoutFile>;
  readonly #matches = new Map<LayoutFile, Match>();

  constructor(tool: ToolHistory["tool"], files: readonly LayoutFile[]) {
    this.#matchesByChecksum = tool === "drizzle";
    this.#files = files;
    this.#byKey = new Map(files.map((file) => [file.key, file]));
  }

  of(file: LayoutFile): Match | undefined {
    return this.#matches.get(file);
  }

  add(row: HistoryRow): void {
    if (row.covers === "ancestors") {
      this.#addAncestors(row);
      return;
    }
    if (row.covers === "up-to" || row.covers === "baseline") {
      for (const file of this.#files) {
        if (file.repeatable !== true && compareVersions(file.key, row.key) < 0) {
          this.#set(file, { row, implied: true });
        }
      }
    }
    const file = this.#find(row);
    if (file !== undefined) {
      this.#set(file, { row, implied: row.covers === "baseline" });
    } else if (row.covers !== "baseline") {
      this.missing.push(missingProblem(row));
    }
  }

  #find(row: HistoryRow): LayoutFile | undefined {
    const named = this.#byKey.get(row.key);
    const value = row.checksum?.value;
    if (named !== undefined || value === undefined || !this.#matchesByChecksum) {
      return named;
    }
    // The key is a time that only the journal gives to the file; the checksum survives a journal written anew.
    return this.#files.find((file) => !this.#matches.has(file) && file.checksums?.includes(value) === true);
  }

  /** A row of its own says more than one that only covers it. */
  #set(file: LayoutFile, match: Match): void {
    if (match.implied && this.#matches.has(file)) {
      return;
    }
    this.#matches.set(file, match);
  }

  #addAncestors(row: HistoryRow): void {
    const seen = new Set<string>();
    const waiting = [row.key];
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      if (seen.has(key)) {
        continue;
      }
      seen.add(key);
      const file = this.#byKey.get(key);
      if (file === undefined) {
        this.#missingOnce({ ...row, key });
      } else {
        this.#set(file, { row, implied: key !== row.key });
        waiting.push(...(file.requires ?? []));
      }
    }
  }

  #missingOnce(row: HistoryRow): void {
    if (!this.missing.some(({ key }) => key === row.key)) {
      this.missing.push(missingProblem(row));
    }
  }
}

function itemOf(file: LayoutFile, match: Match | undefined): AdoptionItem {
  const common = { id: file.migration.id, key: file.key, file: file.migration.file };
  if (match === undefined) {
    return { ...common, status: "pending" };
  }
  const { row, implied } = match;
  if (row.state === "failed" && !implied) {
    return { ...common, status: "failed" };
  }
  return {
    ...common,
    status: "applied",
    evidence: implied ? "implied" : "recorded",
    checksum: implied ? "unknown" : compareChecksum(file, row),
    ...(row.appliedAt === undefined || implied ? {} : { appliedAt: row.appliedAt }),
  };
}

function compareChecksum(file: LayoutFile, row: HistoryRow): "same" | "edited" | "unknown" {
  if (row.checksum === undefined || file.checksums === undefined) {
    return "unknown";
  }
  return file.checksums.includes(row.checksum.value) ? "same" : "edited";
}

/** A graph has no order beyond its edges, which the walk from the heads has followed already. */
function orderProblems(history: ToolHistory, files: readonly LayoutFile[], found: Matches): AdoptionProblem[] {
  const sequence = files.filter((file) => file.repeatable !== true && file.requires === undefined);
  const problems: AdoptionProblem[] = [];
  const lastApplied = sequence.findLast((file) => found.of(file) !== undefined);
  for (const file of sequence) {
    if (file === lastApplied || lastApplied === undefined) {
      break;
    }
    if (found.of(file) === undefined) {
      problems.push(pendingBeforeApplied(history.tool, file, lastApplied));
    }
  }
  return [...problems, ...swapped(sequence, found)];
}

/** From the end, so that a straggler that was applied late is named once, and not all that had overtaken it. */
function swapped(sequence: readonly LayoutFile[], found: Matches): AdoptionProblem[] {
  const problems: AdoptionProblem[] = [];
  let earliest: { readonly file: LayoutFile; readonly order: number } | undefined;
  for (const file of sequence.toReversed()) {
    const match = found.of(file);
    const order = match?.implied === false ? match.row.order : undefined;
    if (order === undefined) {
      continue;
    }
    if (earliest !== undefined && order > earliest.order) {
      problems.unshift(swappedProblem(file, earliest.file));
    } else {
      earliest = { file, order };
    }
  }
  return problems;
}
