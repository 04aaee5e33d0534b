"""What one file says, whole and alone: a pure function of its bytes."""
