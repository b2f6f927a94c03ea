"""Estimators that read a Doc: which facts it conveys or contradicts, the roles of its sentences, factors, level and mark."""
