/** Nothing but the statements themselves may take locks, and nothing need outlive a crash. */
export const PROOF_SERVER_SETTINGS = {
  autovacuum: "off",
  fsync: "off",
  full_page_writes: "off",
  max_connections: "200",
  max_locks_per_transaction: "256",
  max_prepared_transactions: "4",
  wal_level: "logical",
  log_min_messages: "fatal",
};
