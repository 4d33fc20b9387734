import { onlineForm } from "../../online/online-form.ts";
import type { Part } from "../context.ts";

/** An index of a partitioned table made online, as the planner makes it: frames, leaf by leaf, each attached. */
export function partitionedIndex({ context: { source, statement }, state }: Part): string | undefined {
  const form = onlineForm({ sql: source.text, parsed: statement }, { state, policy: { briefSeconds: 0 } });
  return form.kind === "pieces" ? form.pieces.map(({ sql }) => `${sql};`).join("\n") : undefined;
}
