"""Traffic for the embedded chain's benchmark: `chain` the chain's process, `sender` who loads it with transactions,
`watchers` who listens meanwhile and notices every slot that is missing. Each runs in a process of its own."""
