/**
 * Calls `visit` for every node of a parse tree, parents first: for an object under a key that begins with a capital
 * letter, which is how the parser names node types. Fields of a fixed type have no such wrapper.
 */
export function walk(tree: unknown, visit: (tag: string, fields: object) => void): void {
  if (Array.isArray(tree)) for (const item of tree) walk(item, visit);
  else if (typeof tree === "object" && tree !== null) {
    for (const [key, value] of Object.entries(tree)) {
      if (/^[A-Z]/.test(key) && typeof value === "object" && value !== null) visit(key, value);
      walk(value, visit);
    }
  }
}
