/** Two schemas that differ in one attribute, and where the catalog shows it. */
export interface AttributeCase {
  /** What differs, such as `column default`. */
  readonly attribute: string;
  /** Run before either of the two. */
  readonly given?: string;
  readonly one: string;
  readonly other: string;
  /** Lists take a name, or `schema.name`, in brackets: `tables[public.t].columns[a].default`. */
  readonly at: string;
  /** What stands there, `undefined` for nothing. */
  readonly values: readonly [one: unknown, other: unknown];
  /** First server major that has the attribute. */
  readonly since?: number;
}

/** Columns of a case, in the order that reads best in a table. */
type Row = readonly [
  attribute: string,
  one: string,
  other: string,
  at: string,
  values: readonly [unknown, unknown],
  extra?: Pick<AttributeCase, "given" | "since">,
];

export function attributeCases(rows: readonly Row[], shared: Pick<AttributeCase, "given"> = {}): AttributeCase[] {
  return rows.map(([attribute, one, other, at, values, extra]) => ({
    attribute,
    one,
    other,
    at,
    values,
    ...shared,
    ...extra,
  }));
}
