"""Wire values: what requests and answers look like. Structs only, no logic but reading amounts and addresses."""
