"""What jsonParsed shows: instructions and accounts of well-known programs as named values.

`forms` how a table describes an instruction · `system`, `token`, `loader`, `lookup` the tables · `instruction` which
program has which table · `keys` the keys of a transaction · `account` accounts · `amounts` token amounts. All pure;
what is not known here stays bytes.
"""
