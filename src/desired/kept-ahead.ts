import type { TypedStep } from "../migrations/typed-step.ts";
import { type StepTable, stepTable } from "../online/step-table.ts";

/**
 * The table that a step makes partitions of for times to come: which of them are there is a matter of when it ran, and
 * no part of the schema. Undefined for other steps.
 */
export function keptAhead(step: TypedStep): StepTable | undefined {
  if ("addPartitions" in step) return stepTable(step.addPartitions.table);
  if (!("partitionTable" in step)) return undefined;
  const { table, partitions } = step.partitionTable;
  return typeof partitions === "object" && "ahead" in partitions ? stepTable(table) : undefined;
}

/** The words of such steps in stored plans, by their beginnings, and the key that such a step has in a migration. */
const STEPS = { "partitions ": "addPartitions", "partition ": "partitionTable" } as const;

/** The same of what a stored plan says of a step. */
export function keptAheadByWords(words: string): StepTable | undefined {
  const [start, key] = Object.entries(STEPS).find(([beginning]) => words.startsWith(beginning)) ?? [];
  return start === undefined || key === undefined
    ? undefined
    : keptAhead({ [key]: JSON.parse(words.slice(start.length)) } as unknown as TypedStep);
}
