import type { Catalog } from "../catalog/catalog.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { elementsOf } from "../diff/elements-of.ts";
import { idPath } from "../diff/renames/id-path.ts";
import { isNamed, NameMap } from "../diff/renames/name-map.ts";
import { typeParts } from "../diff/renames/type-parts.ts";
import type { Rename } from "../diff/schema-diff.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { nameParts } from "./name-parts.ts";
import { describeRename } from "./rename-candidates.ts";
import type { WrittenRename } from "./written-renames.ts";

/**
 * The renames that schema files and options tell of, as identities on both sides. One that has been made already (the
 * old name is not there, or the new one is) is none any more. Columns and other parts stay in the table that has them,
 * under the name that this has got. What options say goes before what files say.
 *
 * @param options such as `users.name=users.full_name`
 * @param decided renames that are settled already
 * @throws LockkeeperError `usage` for an option that names nothing, or more than one thing; `rename_undecided` for a
 *   comment that may mean several things, or one that another has told of
 */
export function resolveRenames(
  from: Catalog,
  to: Catalog,
  written: readonly WrittenRename[],
  options: readonly string[],
  decided: readonly Rename[] = [],
): readonly Rename[] {
  if (written.length === 0 && options.length === 0) return [];
  const before = renamable(from);
  const after = renamable(to);
  const asked = options.map((option) => ({ option, ...partsOf(option), found: [] as Rename[] }));
  const ordered = written.toSorted((a, b) => partCount(b) - partCount(a));
  const told: Rename[] = [];
  for (const depth of [1, 2, 3]) {
    const names = new NameMap([...decided, ...told]);
    const sides = sidesAt(depth, before, after, names);
    for (const one of asked) one.found.push(...pairs(sides, one, names));
    const bySaid = asked.flatMap(({ found }) => found).filter((rename) => idPath(rename.to).path.length === depth);
    told.push(...withoutTwins(bySaid));
    const settled = [...decided, ...told];
    for (const one of ordered) told.push(...meant(one, pairs(sides, one, names), settled, told));
  }
  for (const { option, found } of asked) requireOne(option, found, before, after);
  refuseTwice(told);
  return told;
}

/**
 * Tables that go and come, and are the same when comments at columns of the new one are right: those columns are in the
 * old one, and nobody said that it is called otherwise now.
 *
 * @param told all renames that are settled
 */
export function impliedTables(
  from: Catalog,
  to: Catalog,
  written: readonly WrittenRename[],
  told: readonly Rename[],
): readonly Rename[] {
  const columns = written.filter(({ kinds }) => kinds.includes("column"));
  if (columns.length === 0) return [];
  const settled = new Set(told.flatMap((rename) => [rename.from, rename.to]));
  const tables = (catalog: Catalog) =>
    new Set(catalog.tables.map(({ schema, name }) => objectId("table", schema, name)));
  const [old, now] = [tables(from), tables(to)];
  const names = new NameMap(told);
  const sides = sidesAt(3, renamable(from), renamable(to), names);
  const found = columns
    .flatMap((one) => matches(sides, one))
    .map((rename) => ({ from: tableOf(rename.from), to: tableOf(rename.to) }))
    .filter((rename) => old.has(rename.from) && !now.has(rename.from) && now.has(rename.to) && !old.has(rename.to))
    .filter((rename) => !settled.has(rename.from) && !settled.has(rename.to));
  return withoutTwins(found);
}

const tableOf = (column: ObjectId): ObjectId => {
  const [schema = "", name = ""] = idPath(column).path;
  return objectId("table", schema, name);
};

const renamable = (catalog: Catalog): readonly ObjectId[] =>
  [...elementsOf(catalog).keys(), ...typeParts(catalog).keys()].filter(isNamed);

const partCount = ({ path, from }: WrittenRename): number => path.length + from.length;

interface Told {
  readonly old: readonly string[];
  readonly now: readonly string[];
}

function partsOf(option: string): Told {
  const [old, now, ...more] = option.split("=").map((side) => nameParts(side));
  if (old === undefined || now === undefined || more.length > 0) {
    throw new LockkeeperError("usage", {
      message: `--rename ${option}: expected OLD=NEW, such as users.name=users.full_name.`,
      notDone: "Nothing was compared.",
    });
  }
  return { old, now };
}

/** What goes and what comes at one depth, once what holds it has its new name. */
interface Sides {
  readonly gone: readonly ObjectId[];
  readonly come: readonly ObjectId[];
}

function sidesAt(depth: number, before: readonly ObjectId[], after: readonly ObjectId[], names: NameMap): Sides {
  const here = (ids: readonly ObjectId[]): readonly ObjectId[] => ids.filter((id) => idPath(id).path.length === depth);
  const old = here(before).map((id) => ({ id, now: names.id(id) }));
  const [there, wanted] = [new Set(old.map(({ now }) => now)), new Set(here(after))];
  return {
    gone: old.flatMap(({ id, now }) => (wanted.has(now) ? [] : [id])),
    come: [...wanted].filter((id) => !there.has(id)),
  };
}

/** Those in the same place; whoever names a schema may move an object out of it. */
function pairs(sides: Sides, told: Told | WrittenRename, names: NameMap): readonly Rename[] {
  const isPlaced = ({ from, to }: Rename): boolean =>
    placeOf(names.id(from)) === placeOf(to) || (idPath(from).path.length === 2 && oldOf(told).length > 1);
  return matches(sides, told).filter(isPlaced);
}

/** Of the same kind, with names that end in these parts. */
function matches({ gone, come }: Sides, told: Told | WrittenRename): readonly Rename[] {
  const now = "now" in told ? told.now : told.path;
  const after = come.filter((id) => endsIn(id, now) && (!("kinds" in told) || told.kinds.includes(kindOf(id))));
  const before = after.length === 0 ? [] : gone.filter((id) => endsIn(id, oldOf(told)));
  return after.flatMap((to) =>
    before
      .filter((from) => kindOf(from) === kindOf(to) && argumentsOf(from) === argumentsOf(to))
      .map((from) => ({ from, to })),
  );
}

const oldOf = (told: Told | WrittenRename): readonly string[] => ("old" in told ? told.old : told.from);

/**
 * The one that a comment means, unless it is settled.
 *
 * @param settled by options and people: they have the last word
 * @param told by comments too
 */
function meant(
  { at, from }: WrittenRename,
  found: readonly Rename[],
  settled: readonly Rename[],
  told: readonly Rename[],
): readonly Rename[] {
  const open = found.filter(
    (one) => !told.some((other) => isSame(one, other)) && !settled.some((other) => meets(one, other)),
  );
  const free = open.filter((one) => !told.some((other) => meets(one, other)));
  if (open.length === 0 || free.length === 1) return free;
  const candidates =
    free.length === 0 ? [...told.filter((one) => open.some((other) => meets(one, other))), ...open] : free;
  throw new LockkeeperError("rename_undecided", {
    message: `${at.file}:${at.line}: \`renamed from ${from.join(".")}\` may be ${candidates.map(describeRename).join(" or ")}.`,
    at,
    notDone: "Nothing was compared.",
    action: "Write more of both names there, with their schemas, or say which it is with --rename OLD=NEW.",
    data: { candidates },
  });
}

const isSame = (one: Rename, other: Rename): boolean => one.from === other.from && one.to === other.to;

const meets = (one: Rename, other: Rename): boolean => one.from === other.from || one.to === other.to;

const withoutTwins = (renames: readonly Rename[]): readonly Rename[] =>
  renames.filter((one, place) => renames.findIndex((other) => isSame(one, other)) === place);

function requireOne(
  option: string,
  found: readonly Rename[],
  before: readonly ObjectId[],
  after: readonly ObjectId[],
): void {
  if (found.length === 1) return;
  const told = partsOf(option);
  const elsewhere = matches({ gone: before, come: after }, told).filter(({ from }) => idPath(from).path.length === 3);
  const [first] = elsewhere;
  throw new LockkeeperError("usage", {
    message:
      found.length > 1
        ? `--rename ${option}: it may be ${found.map(({ from, to }) => `${from} → ${to}`).join(" or ")}. Say more of the names.`
        : first === undefined || placeOf(first.from) === placeOf(first.to)
          ? `--rename ${option}: nothing of the first name goes while something of the second comes.`
          : `--rename ${option}: ${placeOf(first.to)} is not known to be what was ${placeOf(first.from)}. Tell of that rename too, with --rename ${placeOf(first.from)}=${placeOf(first.to)}.`,
    notDone: "Nothing was compared.",
  });
}

/** Options that give one thing two names, or two things one. */
function refuseTwice(told: readonly Rename[]): void {
  for (const [place, one] of told.entries()) {
    const other = told.slice(place + 1).find((each) => meets(one, each));
    if (other === undefined) continue;
    throw new LockkeeperError("usage", {
      message: `--rename says both ${describeRename(one)} and ${describeRename(other)}.`,
      notDone: "Nothing was compared.",
    });
  }
}

const kindOf = (id: ObjectId): string => id.slice(0, id.indexOf(":"));

/** `(integer)` of a routine. */
const argumentsOf = (id: ObjectId): string => (kindOf(id) === "routine" ? (/\(.*\)$/s.exec(id)?.[0] ?? "") : "");

const pathOf = (id: ObjectId): string => id.slice(id.indexOf(":") + 1, id.length - argumentsOf(id).length);

function endsIn(id: ObjectId, parts: readonly string[]): boolean {
  const path = pathOf(id);
  const end = parts.map(quoteIdentifier).join(".");
  return path === end || path.endsWith(`.${end}`);
}

/** The schema or table that it is in. */
const placeOf = (id: ObjectId): string => /^(.*)\.(?:"(?:[^"]|"")*"|[^."]+)$/s.exec(pathOf(id))?.[1] ?? "";
