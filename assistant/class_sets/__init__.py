"""Class sets: bring in the responses of a class, one at a time, whatever they come as.

A file or row that cannot be read becomes a submission that says why; the rest go on.
"""

from assistant.class_sets.reading import read_class_set, read_class_sets
from assistant.class_sets.submission import ClassSet, ClassSetError, Submission

__all__ = ["ClassSet", "ClassSetError", "Submission", "read_class_set", "read_class_sets"]
