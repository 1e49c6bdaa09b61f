"""MiniStack with the parts of AWS that the containment scenario needs and MiniStack lacks.

Each module describes one addition: what AWS does and where AWS says so, what
MiniStack does instead, and which of its functions the module wraps. No code of
MiniStack is copied here.
"""
