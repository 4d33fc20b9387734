import { objectId } from "../../object-id.ts";
import type { Appliers } from "./applier.ts";
import { dropObject } from "./drop-object.ts";

/** BEGIN, COMMIT, ROLLBACK, SAVEPOINT: what is rolled back has not been. */
export const TRANSACTION_APPLIERS: Appliers = {
  TransactionStmt({ kind, savepoint_name: savepoint = "", chain }, { state }) {
    switch (kind) {
      case "TRANS_STMT_BEGIN":
      case "TRANS_STMT_START":
        state.begin();
        break;
      case "TRANS_STMT_COMMIT":
      case "TRANS_STMT_PREPARE":
        for (const { schema, name } of [...state.store.dropOnCommit.values()]) {
          dropObject(state, objectId("table", schema, name));
        }
        state.commit();
        break;
      case "TRANS_STMT_ROLLBACK":
        state.rollback();
        break;
      case "TRANS_STMT_SAVEPOINT":
        state.savepoint(savepoint);
        break;
      case "TRANS_STMT_RELEASE":
        state.release(savepoint);
        break;
      case "TRANS_STMT_ROLLBACK_TO":
        state.rollbackTo(savepoint);
        break;
      default:
    }
    if (chain === true) {
      state.begin();
    }
  },
};
