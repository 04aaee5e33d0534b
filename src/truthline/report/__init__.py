"""What a run found, as text for people and for machines. Nothing here decides what is a finding."""
