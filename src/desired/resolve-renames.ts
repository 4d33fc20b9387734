import type { Catalog } from "../catalog/catalog.ts";
import type { ObjectId } from "../catalog/object-id.ts";
import { elementsOf } from "../diff/elements-of.ts";
import { isNamed } from "../diff/renames/name-map.ts";
import { typeParts } from "../diff/renames/type-parts.ts";
import type { Rename } from "../diff/schema-diff.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { nameParts } from "./name-parts.ts";
import type { WrittenRename } from "./written-renames.ts";

/**
 * The renames that schema files and options tell of, as identities on both sides. One that has been made already (the
 * old name is not there, or the new one is) is none any more.
 *
 * @param options such as `users.name=users.full_name`
 * @throws LockkeeperError `usage` for an option that names nothing, or more than one thing
 */
export function resolveRenames(
  from: Catalog,
  to: Catalog,
  written: readonly WrittenRename[],
  options: readonly string[],
): readonly Rename[] {
  if (written.length === 0 && options.length === 0) return [];
  const ids = { before: renamable(from), after: renamable(to) };
  const gone = ids.before.filter((id) => !ids.after.includes(id));
  const come = ids.after.filter((id) => !ids.before.includes(id));
  const asked = options.map((option) => ({ option, ...partsOf(option) }));
  const told = [
    ...written.flatMap(({ kinds, path, from: old }) => pairs(gone, come, old, path, kinds)),
    ...asked.flatMap(({ option, old, now }) => onlyOne(option, pairs(gone, come, old, now))),
  ];
  return [...new Map(told.map((rename) => [rename.to, rename])).values()];
}

const renamable = (catalog: Catalog): readonly ObjectId[] =>
  [...elementsOf(catalog).keys(), ...typeParts(catalog).keys()].filter(isNamed);

function partsOf(option: string): { readonly old: readonly string[]; readonly now: readonly string[] } {
  const [old, now, ...more] = option.split("=").map((side) => nameParts(side));
  if (old === undefined || now === undefined || more.length > 0) {
    throw new LockkeeperError("usage", {
      message: `--rename ${option}: expected OLD=NEW, such as users.name=users.full_name.`,
      notDone: "Nothing was compared.",
    });
  }
  return { old, now };
}

function onlyOne(option: string, found: readonly Rename[]): readonly Rename[] {
  if (found.length === 1) return found;
  throw new LockkeeperError("usage", {
    message:
      found.length === 0
        ? `--rename ${option}: nothing of the first name goes while something of the second comes.`
        : `--rename ${option}: it may be ${found.map(({ from, to }) => `${from} → ${to}`).join(" or ")}. Say more of the names.`,
    notDone: "Nothing was compared.",
  });
}

/** Of the same kind, with names that end in these parts; an old name without its schema or table is in that of the new one. */
function pairs(
  gone: readonly ObjectId[],
  come: readonly ObjectId[],
  old: readonly string[],
  now: readonly string[],
  kinds?: readonly string[],
): readonly Rename[] {
  const after = come.filter((id) => endsIn(id, now) && (kinds === undefined || kinds.includes(kindOf(id))));
  const before = gone.filter((id) => endsIn(id, old));
  return after.flatMap((to) =>
    before
      .filter((from) => kindOf(from) === kindOf(to) && argumentsOf(from) === argumentsOf(to))
      .filter((from) => old.length > 1 || hasPlaceOf(from, to, gone))
      .map((from) => ({ from, to })),
  );
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

/** Whether both are in the same schema or table, or the one's is gone and may be what the other's is called now. */
function hasPlaceOf(from: ObjectId, to: ObjectId, gone: readonly ObjectId[]): boolean {
  const [before, after] = [placeOf(pathOf(from)), placeOf(pathOf(to))];
  return before === after || gone.some((id) => pathOf(id) === before);
}

const placeOf = (path: string): string => /^(.*)\.(?:"(?:[^"]|"")*"|[^."]+)$/s.exec(path)?.[1] ?? "";
