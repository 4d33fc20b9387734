import type { Governed } from "./grant.ts";
import type { QualifiedName, TypeReference } from "./names.ts";

export interface EnumType extends QualifiedName, Governed {
  /** In their order. */
  readonly labels: readonly string[];
}

export interface CompositeType extends QualifiedName, Governed {
  readonly attributes: readonly CompositeAttribute[];
}

export interface CompositeAttribute {
  readonly name: string;
  readonly type: TypeReference;
  readonly collation?: QualifiedName;
  readonly comment?: string;
}

export interface Domain extends QualifiedName, Governed {
  readonly base: TypeReference;
  readonly collation?: QualifiedName;
  readonly default?: string;
  readonly notNull: boolean;
  readonly constraints: readonly DomainConstraint[];
}

export interface DomainConstraint {
  readonly name: string;
  /** From PostgreSQL 17 on NOT NULL has a constraint too. */
  readonly type: "check" | "not null";
  readonly definition: string;
  readonly validated: boolean;
  readonly comment?: string;
}

export interface RangeType extends QualifiedName, Governed {
  readonly subtype: TypeReference;
  readonly opclass: QualifiedName;
  readonly collation?: QualifiedName;
  readonly canonical?: QualifiedName;
  readonly subtypeDiff?: QualifiedName;
  readonly multirange: QualifiedName;
}
