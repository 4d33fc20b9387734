import type { Catalog } from "../catalog/catalog.ts";

/** `critical`: data is lost, or references lead nowhere; `error`: something does not work as it is declared. */
export type CheckSeverity = "critical" | "error" | "warning" | "info";

/** From the worst on. */
export const CHECK_SEVERITIES: readonly CheckSeverity[] = ["critical", "error", "warning", "info"];

export type CheckArea =
  | "structure"
  | "indexes"
  | "relations"
  | "data"
  | "sequences"
  | "statistics"
  | "replication"
  | "health"
  | "rules";

/**
 * What a check has to read: the `catalog` alone; rows `probed` here and there, by indexes; or `whole` tables.
 */
export type CheckDepth = "catalog" | "probed" | "whole";

/** When a check makes sense: before a change, behind it, or both. */
export type CheckPhase = "pre" | "post" | "both";

/** Something that does not hold. */
export interface CheckFinding {
  /** Where, as SQL names it: `public.orders`, `public.orders.total`; absent for what belongs to the whole database. */
  readonly object?: string;
  /** A whole sentence. */
  readonly message: string;
  /** SQL, or a command, that mends it. */
  readonly fix?: string;
  /** Where it is otherwise than the check's own. */
  readonly severity?: CheckSeverity;
  /** How many rows offend, where they were counted. */
  readonly rows?: number;
  /** Some of them. */
  readonly sample?: readonly Readonly<Record<string, unknown>>[];
}

/** Asks the database: one statement that only reads, in a transaction of its own. */
export type Ask = <R extends object>(sql: string, parameters?: readonly unknown[]) => Promise<readonly R[]>;

/** What a check looks at. */
export interface CheckContext {
  /** With its facts. */
  readonly catalog: Catalog;
  /** Names mean what they mean to the server alone: those of tables stand with their schemas. */
  readonly ask: Ask;
  /** Names mean what they mean to the role that asks. */
  readonly askAsWritten: Ask;
  /** Most rows that a finding shows. */
  readonly sampleRows: number;
  /** Seconds; an open transaction that is older was forgotten. */
  readonly oldSeconds: number;
}

/** A question about a database, which answers with what is wrong. */
export interface Check {
  /** Kebab-case, such as `index-invalid`. */
  readonly id: string;
  /** What holds where nothing is found. */
  readonly title: string;
  readonly area: CheckArea;
  readonly severity: CheckSeverity;
  readonly depth: CheckDepth;
  readonly phase: CheckPhase;
  readonly find: (context: CheckContext) => readonly CheckFinding[] | Promise<readonly CheckFinding[]>;
}
