"""The story's arithmetic; the story itself is played in tests/e2e."""
