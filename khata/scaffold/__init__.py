"""What ``khata connector new`` writes: a small connector that works and conforms, to be changed into a real one.

May import: ``canonical``.
Start at: ``writing.py``; the files are in ``templates/``.
"""
