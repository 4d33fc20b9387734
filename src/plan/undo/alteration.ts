import type { AlterTableCmd, RangeVar } from "libpg-query";
import type { UndoItem } from "../plan.ts";
import type { Circumstances } from "./circumstances.ts";
import { captureOnRelation } from "./relation.ts";
import type { StatementsExpression } from "./sql-text.ts";

/** One subcommand of ALTER TABLE, INDEX, VIEW, … with the relation it changes. */
export interface Alteration extends Circumstances {
  readonly relation: RangeVar | undefined;
  readonly command: AlterTableCmd;
  /** `ALTER TABLE ONLY`, or a relation that has no descendants. */
  readonly only: boolean;
  /** `ALTER TABLE IF EXISTS`. */
  readonly missingOk: boolean;
  /** `ALTER TYPE` of a composite type. */
  readonly isType: boolean;
  /** Constraint names that this statement generates before this subcommand. */
  readonly generated: Set<string>;
}

export type AlterationUndo = (alteration: Alteration) => readonly UndoItem[];

/** The undo of a subcommand as statements about its relation, `t`. */
export const inCatalog =
  (statements: (alteration: Alteration) => readonly StatementsExpression[]): AlterationUndo =>
  (alteration) => [captureOnRelation(alteration.relation, ...statements(alteration))];

export const IF_EXISTS = (alteration: { readonly ifExists: boolean }): string =>
  alteration.ifExists ? "IF EXISTS " : "";
