import type { ObjectId } from "../object-id.ts";

/** `from` cannot exist without `to`. What an object's place says (an index and its table) is not repeated. */
export interface Dependency {
  readonly from: ObjectId;
  readonly to: ObjectId;
  /**
   * `normal`: dropping `to` needs CASCADE; `automatic`: `from` is dropped along; `extension`: ALTER … DEPENDS ON
   * EXTENSION; `member`: `from` belongs to the extension.
   */
  readonly kind: "normal" | "automatic" | "extension" | "member";
}
