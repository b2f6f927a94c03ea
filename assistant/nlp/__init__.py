"""spaCy components: sentences, terms, dates and quantities, reference, and the sentence encoder."""
