/** The constants of SQL expressions: what a CHECK or the bound of a partition compares with is what fits. */
export interface Literals {
  /** Unquoted, each once. */
  readonly strings: readonly string[];
  readonly numbers: readonly number[];
}

export function literalsOf(expressions: readonly string[]): Literals {
  const strings = new Set<string>();
  const numbers = new Set<number>();
  for (const expression of expressions) {
    const rest = expression.replaceAll(/'((?:[^']|'')*)'/g, (_all, text: string) => {
      strings.add(text.replaceAll("''", "'"));
      return "''";
    });
    for (const [number] of rest.matchAll(/(?<![\w"])-?\d+(?:\.\d+)?(?![\w"])/g)) {
      numbers.add(Number(number));
    }
  }
  for (const text of strings) {
    if (/^-?\d+(\.\d+)?$/.test(text)) numbers.add(Number(text));
  }
  return { strings: [...strings], numbers: [...numbers] };
}
