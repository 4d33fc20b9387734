import type { QualifiedName } from "../../catalog/model/names.ts";
import type { AggregateState, FinalModify } from "../../catalog/model/routine.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["aggregate"];

export const AGGREGATE: Rule<Value> = {
  create: ({ id, value }) => [{ sql: `CREATE AGGREGATE ${aggregateText(value)}`, creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter: ({ id, value: before }, { value: after }) =>
    canReplace(before, after)
      ? { actions: [{ sql: `CREATE OR REPLACE AGGREGATE ${aggregateText(after)}`, alters: [id] }] }
      : undefined,
  noun(element) {
    const name = nameOf(element.value);
    const { identityArguments } = element.value;
    return { comment: name, owner: name, grant: `FUNCTION ${quoteQualified(element.value)}(${identityArguments})` };
  },
};

/** With ORDER BY where the aggregate has it; GRANT alone wants the bare types. */
const nameOf = (aggregate: Value): string => `AGGREGATE ${quoteQualified(aggregate)}(${signature(aggregate)})`;

const signature = ({ arguments: list }: Value): string => (list === "" ? "*" : list);

const canReplace = (before: Value, after: Value): boolean =>
  before.kind === after.kind &&
  before.result === after.result &&
  before.arguments === after.arguments &&
  before.directArguments === after.directArguments;

function aggregateText(aggregate: Value): string {
  const { transition, moving, sortOperator, kind, parallel } = aggregate;
  const clauses = [
    ...stateClauses("S", transition),
    ...finalClauses("", aggregate.finalFunction, aggregate.finalExtra, aggregate.finalModify),
    ...routineClause("COMBINEFUNC", aggregate.combineFunction),
    ...routineClause("SERIALFUNC", aggregate.serialFunction),
    ...routineClause("DESERIALFUNC", aggregate.deserialFunction),
    ...initial("INITCOND", transition),
    ...(moving === undefined
      ? []
      : [
          ...stateClauses("MS", moving.transition),
          `MINVFUNC = ${quoteQualified(moving.inverseFunction)}`,
          ...finalClauses("M", moving.finalFunction, moving.finalExtra, moving.finalModify),
          ...initial("MINITCOND", moving.transition),
        ]),
    ...(sortOperator === undefined
      ? []
      : [`SORTOP = OPERATOR(${quoteIdentifier(sortOperator.schema)}.${sortOperator.name})`]),
    ...(parallel === "unsafe" ? [] : [`PARALLEL = ${parallel.toUpperCase()}`]),
    ...(kind === "hypothetical set" ? ["HYPOTHETICAL"] : []),
  ];
  return `${quoteQualified(aggregate)}(${signature(aggregate)}) (\n  ${clauses.join(",\n  ")}\n)`;
}

/** @param prefix `S`, or `MS` for the moving one */
const stateClauses = (prefix: "S" | "MS", { function: routine, type, space }: AggregateState): readonly string[] => [
  `${prefix}FUNC = ${quoteQualified(routine)}`,
  `${prefix === "S" ? "STYPE" : "MSTYPE"} = ${type}`,
  ...(space === 0 ? [] : [`${prefix === "S" ? "SSPACE" : "MSSPACE"} = ${space}`]),
];

const finalClauses = (
  prefix: "" | "M",
  routine: QualifiedName | undefined,
  extra: boolean,
  modify: FinalModify,
): readonly string[] =>
  routine === undefined
    ? []
    : [
        `${prefix}FINALFUNC = ${quoteQualified(routine)}`,
        ...(extra ? [`${prefix}FINALFUNC_EXTRA`] : []),
        `${prefix}FINALFUNC_MODIFY = ${modify.toUpperCase().replace(" ", "_")}`,
      ];

const routineClause = (name: string, routine: QualifiedName | undefined): readonly string[] =>
  routine === undefined ? [] : [`${name} = ${quoteQualified(routine)}`];

const initial = (name: string, state: AggregateState): readonly string[] =>
  state.initial === undefined ? [] : [`${name} = ${quoteLiteral(state.initial)}`];
