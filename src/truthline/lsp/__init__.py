"""What an editor sees: the findings of `check` while a file is written, and what can be done about them."""
