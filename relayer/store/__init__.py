"""The only writer of schema `relay`: pool (connections), journal (the loop's part), cranks, feeds and desk (operators).

Called by __main__, work, keepers' shell and oracle; knows no chain and decides nothing.
"""
