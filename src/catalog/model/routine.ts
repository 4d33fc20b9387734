import type { Governed } from "./grant.ts";
import type { Options, QualifiedName } from "./names.ts";

/** What names a routine: its name and the types of its input arguments. */
export interface RoutineName extends QualifiedName {
  /** `integer, text`: types only, the names of arguments do not tell routines apart. */
  readonly identityArguments: string;
}

export interface Routine extends RoutineName, Governed {
  readonly kind: "function" | "procedure" | "window function";
  /** With modes, names and defaults (pg_get_function_arguments). */
  readonly arguments: string;
  /** The same without the defaults (pg_get_function_identity_arguments). Snapshots of before have none. */
  readonly signature?: string;
  /** How many arguments have a default. */
  readonly defaults?: number;
  /** Absent for procedures. */
  readonly result?: string;
  readonly language: string;
  readonly volatility: "immutable" | "stable" | "volatile";
  readonly parallel: "safe" | "restricted" | "unsafe";
  readonly strict: boolean;
  readonly securityDefiner: boolean;
  readonly leakproof: boolean;
  readonly cost: number;
  /** Estimated rows of a set; 0 for others. */
  readonly rows: number;
  readonly support?: QualifiedName;
  /** TRANSFORM FOR TYPE. */
  readonly transforms?: readonly string[];
  /** SET … of the routine. */
  readonly settings?: Options;
  /** Source text; for C, the symbol. */
  readonly body?: string;
  /** The body of a SQL-standard function: BEGIN ATOMIC … END or RETURN …. */
  readonly sqlBody?: string;
  /** Object file of a C function. */
  readonly library?: string;
  /** pg_get_functiondef. Says nothing that the other fields do not say. */
  readonly definition: string;
}

export interface Aggregate extends RoutineName, Governed {
  readonly kind: "normal" | "ordered set" | "hypothetical set";
  readonly directArguments: number;
  readonly arguments: string;
  readonly result: string;
  readonly parallel: Routine["parallel"];
  readonly transition: AggregateState;
  readonly finalFunction?: QualifiedName;
  readonly finalExtra: boolean;
  readonly finalModify: FinalModify;
  readonly combineFunction?: QualifiedName;
  readonly serialFunction?: QualifiedName;
  readonly deserialFunction?: QualifiedName;
  readonly sortOperator?: QualifiedName;
  readonly moving?: MovingAggregate;
}

export interface AggregateState {
  readonly function: QualifiedName;
  readonly type: string;
  /** Bytes the state is expected to take; 0: by its type. */
  readonly space: number;
  readonly initial?: string;
}

export interface MovingAggregate {
  readonly transition: AggregateState;
  readonly inverseFunction: QualifiedName;
  readonly finalFunction?: QualifiedName;
  readonly finalExtra: boolean;
  readonly finalModify: FinalModify;
}

export type FinalModify = "read only" | "shareable" | "read write";
