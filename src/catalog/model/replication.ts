import type { Options, QualifiedName } from "./names.ts";

export interface Publication {
  readonly name: string;
  readonly owner: string;
  readonly allTables: boolean;
  readonly publishes: readonly ("insert" | "update" | "delete" | "truncate")[];
  readonly viaPartitionRoot: boolean;
  /** 18 and newer; before, generated columns are never published. */
  readonly generatedColumns: "none" | "stored";
  readonly tables: readonly PublishedTable[];
  /** FOR TABLES IN SCHEMA. */
  readonly schemas: readonly string[];
  readonly comment?: string;
}

export interface PublishedTable extends QualifiedName {
  /** Absent: all columns. */
  readonly columns?: readonly string[];
  readonly where?: string;
}

/** Without the connection string, which may hold a password. */
export interface Subscription {
  readonly name: string;
  readonly owner: string;
  readonly enabled: boolean;
  readonly slot?: string;
  readonly publications: readonly string[];
  /** `binary`, `streaming`, `two_phase`, … as far as the server's version has them. */
  readonly options: Options;
  readonly comment?: string;
}
