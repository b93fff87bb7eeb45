"""Background work: RQ is the doorbell, the outbox row is the truth. Only here is the network called."""
