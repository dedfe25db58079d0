"""What jsonParsed shows: instructions and accounts of well-known programs as named values.

`forms` how a table describes an instruction · `system`, `token`, `stake`, `loader`, `lookup` the tables ·
`token_extensions`, `token_proofs`, `token_interfaces` what Token-2022 adds · `instruction` which program has which
table · `keys` the keys of a transaction · `account` accounts · `sysvars` the runtime's own · `extensions` what mints
and token accounts carry · `amounts` token amounts. All pure; what is not known here stays bytes.
"""
