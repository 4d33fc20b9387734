/** Two schemas; what leads from either to the other is tried. */
export interface Pair {
  readonly name: string;
  /** Statements that come before either. */
  readonly given: string;
  readonly a: string;
  readonly b: string;
  /** Run after either: rows that must survive. */
  readonly rows: string;
  /** Server majors that have what the pair is about. */
  readonly since: number;
  readonly until: number;
  /** `none`: the two are one schema, told in two ways. `unsupported`: the differ has to say that it does not know the kind. */
  readonly difference: "told" | "none" | "unsupported";
  /** PostgreSQL leads from a to b only. */
  readonly oneWay: boolean;
}

export type PairOptions = Partial<Omit<Pair, "name" | "a" | "b">>;

/** One pair. */
export function pair(name: string, a: string, b: string, options: PairOptions = {}): Pair {
  return { given: "", rows: "", since: 15, until: 99, difference: "told", oneWay: false, ...options, name, a, b };
}

/** Ways in which one thing can be: each becomes a pair with the next, and the last with the first. */
export function family(name: string, options: PairOptions, ...ways: readonly string[]): readonly Pair[] {
  const pairs = ways
    .slice(1)
    .map((way, index) => pair(`${name}, ${index + 1} and ${index + 2}`, ways[index] ?? "", way, options));
  return ways.length < 3
    ? pairs
    : [...pairs, pair(`${name}, ${ways.length} and 1`, ways.at(-1) ?? "", ways[0] ?? "", options)];
}

/** Each of the ways together with nothing of the kind. */
export function additions(name: string, options: PairOptions, ...ways: readonly string[]): readonly Pair[] {
  return ways.map((way, index) => pair(`${name}, ${index + 1} added`, "", way, options));
}
