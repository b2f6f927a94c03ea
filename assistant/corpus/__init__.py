"""The corpus: courses of facts, terms, questions and rubric, read from plain files that a teacher can edit."""
