"""The synthetic business itself, free of any system's file shape.

What it is: masters, a year of vouchers generated one at a time, and the specification that decides both.
May import: ``canonical`` and ``sandbox.truth``.
Start at: ``business.py`` for the whole, ``year.py`` for what happens when, ``sales.py`` and ``cash.py`` for how.
"""

from sandbox.world.business import World, build_world
from sandbox.world.spec import WorldSpec

__all__ = ["World", "WorldSpec", "build_world"]
