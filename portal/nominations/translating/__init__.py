"""Texts in other languages: noticed, given to a translator, typed beside the original, approved by somebody else."""
