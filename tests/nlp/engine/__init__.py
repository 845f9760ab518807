"""Tests of nlp/engine/."""
