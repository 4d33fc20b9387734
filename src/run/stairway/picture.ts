import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import type { Replay } from "../replay/replay.ts";

/** A schema as it stood at one moment. */
export class Picture {
  readonly catalog: Catalog;
  #text: string | undefined;
  #fingerprint: string | undefined;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** Columns in another order are the same. */
  get fingerprint(): string {
    this.#fingerprint ??= catalogFingerprint(this.catalog, { columnOrder: false });
    return this.#fingerprint;
  }

  /** Where the texts are equal so are the fingerprints, which take five times as long. */
  isSame(other: Picture): boolean {
    return this.#schema === other.#schema || this.fingerprint === other.fingerprint;
  }

  get #schema(): string {
    const { facts: _, ...schema } = this.catalog;
    this.#text ??= JSON.stringify(schema);
    return this.#text;
  }
}

export const pictureOf = async (replay: Replay): Promise<Picture> => new Picture(await replay.catalog());
