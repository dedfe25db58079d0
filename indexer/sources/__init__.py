"""Ways to the chain. Only a whole block writes; nothing here touches the database. Wired by __main__."""
