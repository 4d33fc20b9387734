/**
 * Calls `visit` for every node of a parse tree, parents first: for an object under a key that begins with a capital
 * letter, which is how the parser names node types. Fields of a fixed type have no such wrapper.
 */
export function walk(tree: unknown, visit: (tag: string, fields: object) => void): void {
  if (Array.isArray(tree)) for (const item of tree) walk(item, visit);
  else if (typeof tree === "object" && tree !== null) {
    // Trees are walked for every statement of every file: Object.entries would make two arrays a field.
    for (const key in tree) {
      const value = (tree as Readonly<Record<string, unknown>>)[key];
      if (typeof value !== "object" || value === null) continue;
      if (key.charCodeAt(0) <= LAST_CAPITAL) visit(key, value);
      walk(value, visit);
    }
  }
}

const LAST_CAPITAL = "Z".charCodeAt(0);
