"""The store of facts: what was found out about a file, by its content, in one place that many runs may use at once.

Nothing in it can be executed, every piece is checked before it is used, and what is damaged, cut short or foreign is as
good as absent: facts can always be made again.
"""
