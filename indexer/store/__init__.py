"""The only writer of `ledger` and `chain`: one page, one rollback, one watermark each in one transaction.

session holds the one connection and what makes it ours; rows knows the projections' SQL; pages writes, reads answers
the commands. Called by follow through model.Store, and by __main__.
"""
