"""What the standard library and frameworks do with what they are handed, as Python that is read and never run.

`a__b.py` models the module `a.b`. Only what moves a callable or a value is written down; whatever a model
does not define is external. `_intrinsic("name")` is an operation of the engine (`engine/intrinsics.py`).
"""
