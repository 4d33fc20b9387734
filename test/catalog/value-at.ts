/**
 * What stands at a path in a catalog: `.field`, `[name]` or `[schema.name]` in lists of named objects, `[#2]` for the
 * second item of any list. Undefined where the path ends early.
 */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [, field, item] of path.matchAll(/(?:^|\.)([A-Za-z_]+)|\[((?:[^\]]|\](?!\.|\[|$))*)\]/g)) {
    value = field === undefined ? itemOf(value, item ?? "", path) : Object(value)[field];
  }
  return value;
}

function itemOf(list: unknown, wanted: string, path: string): unknown {
  if (list === undefined) {
    return undefined;
  }
  if (!Array.isArray(list)) {
    throw new Error(`${path}: there is no list before [${wanted}]`);
  }
  if (wanted.startsWith("#")) {
    return list[Number(wanted.slice(1)) - 1];
  }
  const found = list.filter(({ schema, name }) => name === wanted || `${schema}.${name}` === wanted);
  if (found.length > 1) {
    throw new Error(`${path}: [${wanted}] is not the name of one item`);
  }
  return found[0];
}
