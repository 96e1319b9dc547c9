"""The audit trail: who changed what, in the same transaction, sealed afterwards."""
