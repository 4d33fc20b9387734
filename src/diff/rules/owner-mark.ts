import type { ObjectId } from "../../catalog/object-id.ts";

/** What an action needs that must come after an element got its owner. */
export const ownerMark = (id: ObjectId): string => `owner of ${id}`;
