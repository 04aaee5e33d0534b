"""Reports for the browser: one file each, that loads nothing and sends nothing."""
