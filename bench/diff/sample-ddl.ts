import type { Sample } from "./sample-model.ts";

/** The statements of a schema, in an order in which each finds what it needs; the schema is empty before. */
export function* sampleDdl({ tables, functions, views }: Sample): Generator<string> {
  for (const [name, { columns, constraints }] of tables) {
    const lines = [
      ...Array.from(columns, ([column, definition]) => `${column} ${definition}`),
      ...Array.from(constraints, ([constraint, definition]) => `CONSTRAINT ${constraint} ${definition}`),
    ];
    yield `CREATE TABLE public.${name} (\n  ${lines.join(",\n  ")}\n)`;
  }
  for (const [name, { indexes, foreignKeys }] of tables) {
    for (const [index, definition] of indexes) yield `CREATE INDEX ${index} ON public.${name} ${definition}`;
    for (const [key, definition] of foreignKeys) {
      yield `ALTER TABLE public.${name} ADD CONSTRAINT ${key} ${definition}`;
    }
  }
  for (const [name, definition] of functions) yield `CREATE FUNCTION public.${name}${definition}`;
  for (const [name, { query, grants, comment }] of views) {
    yield `CREATE VIEW public.${name} AS ${query}`;
    yield* grantsOn(name, grants);
    if (comment !== undefined) yield `COMMENT ON VIEW public.${name} IS '${comment}'`;
  }
  for (const [name, { triggers, policies, rowSecurity, grants, comments }] of tables) {
    for (const [trigger, definition] of triggers) yield `CREATE TRIGGER ${trigger} ${definition}`;
    if (rowSecurity) yield `ALTER TABLE public.${name} ENABLE ROW LEVEL SECURITY`;
    for (const [policy, definition] of policies) yield `CREATE POLICY ${policy} ON public.${name} ${definition}`;
    yield* grantsOn(name, grants);
    for (const [column, comment] of comments) {
      const what = column === "" ? `TABLE public.${name}` : `COLUMN public.${name}.${column}`;
      yield `COMMENT ON ${what} IS '${comment}'`;
    }
  }
}

function* grantsOn(relation: string, grants: ReadonlyMap<string, string>): Generator<string> {
  for (const [role, privileges] of grants) yield `GRANT ${privileges} ON public.${relation} TO ${role}`;
}
