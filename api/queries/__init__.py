"""Every SELECT of the API, one file a noun: a statement beside the wire value its rows become."""
