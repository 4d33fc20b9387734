import type { Catalog } from "../../src/catalog/catalog.ts";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import type { OnlineCase } from "./online-case.ts";
import type { Outcome } from "./try-case.ts";

/** What is not as it should be, for people; nothing when all is well. */
export function told(one: OnlineCase, outcome: Outcome): readonly string[] {
  if (outcome.refused !== undefined) {
    const { message, action, at } = outcome.refused;
    const said = `${message} ${action}`;
    if (one.refused === undefined) return [`refused: ${said}`];
    return [
      ...(one.refused.test(said) ? [] : [`refused in other words: ${said}`]),
      ...(at?.file === "m.sql" && at.line === 1 ? [] : [`refused at ${JSON.stringify(at)}`]),
    ];
  }
  const { ends, harms, stops, statements } = outcome;
  const wrong = [
    ...(outcome.wrong === 0 ? [] : [`${outcome.wrong} rows are not as they should be`]),
    ...(one.refused === undefined ? [] : ["not refused"]),
    ...(ends === undefined ? [] : differences(...inOrder(ends.asWritten, ends.online, one.anyOrder === true))).filter(
      (path) => one.differs?.test(path) !== true,
    ),
    ...(one.worksUnderLock === undefined ? [...harms, ...stops] : []),
    ...differentRuns(one.runs, statements),
  ];
  return wrong.length === 0 ? [] : [...wrong, ...statements.map((sql) => `  ran ${sql}`)];
}

function differentRuns(expected: readonly string[] | undefined, ran: readonly string[]): readonly string[] {
  if (expected === undefined) return [];
  const isSame = expected.length === ran.length && expected.every((text, at) => ran[at]?.startsWith(text));
  return isSame ? [] : [`did not run as expected: ${expected.join("; ")}`];
}

/** A column that moved behind the others says the same as one that stayed. */
function inOrder(asWritten: Catalog, online: Catalog, anyOrder: boolean): readonly [Catalog, Catalog] {
  const byName = (catalog: Catalog): Catalog => ({
    ...catalog,
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: [...table.columns]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((column, index) => ({ ...column, ordinal: index + 1 })),
    })),
    statistics: catalog.statistics.map((one) => ({ ...one, definition: "" })),
    publications: catalog.publications.map((publication) => ({
      ...publication,
      tables: publication.tables.map(({ columns, ...one }) =>
        columns === undefined ? one : { ...one, columns: columns.toSorted() },
      ),
    })),
  });
  return anyOrder ? [byName(asWritten), byName(online)] : [asWritten, online];
}

/** The paths at which two catalogs differ. */
function differences(asWritten: Catalog, online: Catalog): readonly string[] {
  const { facts: _, ...one } = asWritten;
  const { facts: _1, ...other } = online;
  // What depends on what follows from the rest, and is told where nothing else differs.
  const { dependencies: some, ...oneRest } = one;
  const { dependencies: others, ...otherRest } = other;
  const rest = compare("", oneRest, otherRest);
  const found = rest.length > 0 ? rest : compare("/dependencies", some, others);
  if (found.length === 0 && catalogFingerprint(asWritten) !== catalogFingerprint(online)) return ["other fingerprints"];
  return found;
}

function compare(path: string, one: unknown, other: unknown): string[] {
  if (typeof one === "object" && typeof other === "object" && one !== null && other !== null) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].flatMap((key) =>
      compare(`${path}/${key}`, one[key as keyof typeof one], other[key as keyof typeof other]),
    );
  }
  return one === other ? [] : [`${path}: as written ${JSON.stringify(one)}, online ${JSON.stringify(other)}`];
}
