"""All benchmarks, one after the other: ``make bench``; one alone: ``python -m bench.ageing``."""

from __future__ import annotations

import platform

from bench import ageing, import_tally, loading


def main() -> None:
    """Say what machine this is, then measure."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    import_tally.main()
    loading.main()
    ageing.main()


if __name__ == "__main__":
    main()
