import { dotted } from "../../sql/object-name.ts";

/** An object that the migration makes. */
export interface CreatedObject {
  /** A later statement of the migration removes it by its name. */
  dropped: boolean;
}

/** What goes by the name of its relation. */
const PARTS = ["column", "constraint", "trigger", "rule", "policy"] as const;
export type PartFamily = (typeof PARTS)[number];

export type ObjectFamily = "relation" | "schema" | "routine" | "type" | "statistics" | PartFamily;

/**
 * The objects that the statements so far have made, by exactly the name they were made under. Written without a schema
 * a name means something else once the search path changes, and is then forgotten.
 */
export class CreatedObjects {
  readonly #objects = new Map<string, CreatedObject>();
  #path = 0;
  #losses = 0;

  #key(family: ObjectFamily, names: readonly string[], suffix = ""): string {
    const full = names.length > 1 || family === "schema" ? "" : `${this.#path}/`;
    return `${family} ${full}${dotted(names)}${suffix}`;
  }

  add(
    family: ObjectFamily,
    names: readonly string[],
    suffix = "",
    object: CreatedObject = { dropped: false },
  ): CreatedObject {
    this.#objects.set(this.#key(family, names, suffix), object);
    return object;
  }

  /** The object that a new one of this name would replace. */
  exactly(family: ObjectFamily, names: readonly string[], suffix = ""): CreatedObject | undefined {
    return this.#objects.get(this.#key(family, names, suffix));
  }

  /** The object that a statement means by the name. */
  find(family: ObjectFamily, names: readonly string[], suffix = ""): CreatedObject | undefined {
    return this.exactly(family, this.#meant(family, names), suffix);
  }

  /** A temporary relation is found without its schema, before any other. */
  #meant(family: ObjectFamily, names: readonly string[]): readonly string[] {
    const temporary = ["pg_temp", ...names];
    const isTemporary = family === "relation" && names.length === 1 && this.exactly(family, temporary) !== undefined;
    return isTemporary ? temporary : names;
  }

  /** Whether the object, or the schema it lies in, was made. */
  has(family: ObjectFamily, names: readonly string[], suffix = ""): boolean {
    const [schema] = names;
    return (
      this.find(family, names, suffix) !== undefined ||
      (names.length > 1 && schema !== undefined && this.find("schema", [schema]) !== undefined)
    );
  }

  forget(family: ObjectFamily, names: readonly string[], suffix = ""): void {
    this.#objects.delete(this.#key(family, names, suffix));
  }

  move(family: ObjectFamily, from: readonly string[], to: readonly string[]): CreatedObject | undefined {
    const object = this.find(family, from);
    for (const names of [from, to]) {
      this.forget(family, names);
      this.#forgetParts(names);
    }
    if (object !== undefined) this.add(family, to, "", object);
    return object;
  }

  #forgetParts(names: readonly string[]): void {
    const parts = PARTS.map((family) => this.#key(family, names, "."));
    for (const key of this.#objects.keys()) {
      if (parts.some((part) => key.startsWith(part))) this.#objects.delete(key);
    }
  }

  /** Gives a part of a relation another name. */
  rename(family: PartFamily, relation: readonly string[], from: string, to: string): CreatedObject | undefined {
    const object = this.exactly(family, relation, `.${from}`);
    this.forget(family, relation, `.${from}`);
    if (object !== undefined) this.add(family, relation, `.${to}`, object);
    return object;
  }

  /** Marks the object as gone; true when the migration had made it. */
  drop(family: ObjectFamily, names: readonly string[], suffix = ""): boolean {
    const meant = this.#meant(family, names);
    const object = this.exactly(family, meant, suffix);
    if (object === undefined) return false;
    object.dropped = true;
    this.noteLoss();
    this.forget(family, meant, suffix);
    return true;
  }

  /** Something made is removed. */
  noteLoss(): void {
    this.#losses++;
  }

  /**
   * Whether something made was removed since this call. It took along what hung on it (indexes, constraints, owned
   * sequences, statistics, partitions), and no text tells what that was: whatever was made before it may be gone.
   */
  watchLosses(): () => boolean {
    const before = this.#losses;
    return () => this.#losses > before;
  }

  /** Whether the name is one that PostgreSQL gives to a sequence of a made table. */
  hasSequence(names: readonly string[]): boolean {
    if (this.has("relation", names)) return true;
    const parts = (names.at(-1) ?? "").split("_");
    return (
      parts.at(-1) === "seq" &&
      parts.some((_, length) => this.has("relation", [...names.slice(0, -1), parts.slice(0, length).join("_")]))
    );
  }

  forgetUnqualified(): void {
    this.#path++;
  }
}
