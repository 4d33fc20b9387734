import type { Directives } from "./migration.ts";

type Replacing = Pick<Directives, "replaces" | "stoodFor">;

/** Every migration that one stands for, also by those of them that stood for others. */
export const allReplaced = ({ replaces, stoodFor }: Replacing): readonly string[] => [
  ...replaces,
  ...Object.values(stoodFor).flat(),
];

/** Those of what one stands for that are not in force, neither themselves nor by all that they stood for. */
export function lackingOf({ replaces, stoodFor }: Replacing, isApplied: (id: string) => boolean): readonly string[] {
  const lacking = (id: string): readonly string[] => {
    if (isApplied(id)) return [];
    const parts = stoodFor[id] ?? [];
    const left = parts.flatMap(lacking);
    // Where nothing of it is there, it is that one which is missing.
    return parts.length === 0 || left.length === parts.length ? [id] : left;
  };
  return replaces.flatMap(lacking);
}
