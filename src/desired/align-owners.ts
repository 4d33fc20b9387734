import type { Catalog } from "../catalog/catalog.ts";

/** What is needed of an object to find it on the other side. */
interface Owned {
  readonly owner: string;
  readonly schema?: string;
  readonly name: string;
  readonly identityArguments?: string;
}

/** A catalog, and who loaded it where it comes from SQL: what belongs to that role belongs to nobody there either. */
interface OtherSide {
  readonly catalog: Catalog;
  readonly loader?: string;
}

/**
 * SQL that says nobody owns a table leaves it to whoever has it: what belongs to the role that loaded a schema is taken to
 * belong to whom it belongs on the other side, or to the role that would create it there.
 *
 * @param loader who loaded the schema
 * @param role who would create on the other side what is not there
 */
export function alignOwners(catalog: Catalog, loader: string, other: OtherSide, role: string): Catalog {
  const owners = new Map(
    Object.entries(other.catalog).flatMap(([list, objects]) =>
      ownedIn(objects)
        .filter(({ owner }) => owner !== other.loader)
        .map((object): readonly [string, string] => [keyOf(list, object), object.owner]),
    ),
  );
  const lists = Object.entries(catalog).map(([list, objects]) => [
    list,
    Array.isArray(objects) && list !== "dependencies"
      ? objects.map((object: unknown) =>
          withRole(object, loader, isOwned(object) ? (owners.get(keyOf(list, object)) ?? role) : role),
        )
      : objects,
  ]);
  const { defaultPrivileges, ...rest } = Object.fromEntries(lists) as Catalog;
  return {
    ...rest,
    defaultPrivileges: defaultPrivileges.map((one) => ({ ...one, role: one.role === loader ? role : one.role })),
  };
}

/** The role to whom all tables belong. */
export function soleOwner({ tables }: Catalog): string | undefined {
  const [first, ...others] = new Set(tables.map(({ owner }) => owner));
  return others.length === 0 ? first : undefined;
}

const isOwned = (object: unknown): object is Owned =>
  typeof object === "object" && object !== null && "owner" in object && "name" in object;

const ownedIn = (objects: unknown): readonly Owned[] => (Array.isArray(objects) ? objects.filter(isOwned) : []);

const keyOf = (list: string, { schema = "", name, identityArguments = "" }: Owned): string =>
  JSON.stringify([list, schema, name, identityArguments]);

/** Fields that hold the name of a role. */
const ROLES: ReadonlySet<string> = new Set(["owner", "grantee", "grantor"]);

function withRole(value: unknown, loader: string, role: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withRole(item, loader, role));
  if (typeof value !== "object" || value === null || loader === role) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      ROLES.has(key) && item === loader ? role : withRole(item, loader, role),
    ]),
  );
}
