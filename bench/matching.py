"""How well columns are matched to fields, on the header lists of the tests: ``python -m bench.matching``."""

from __future__ import annotations

from tests.connectors.spreadsheet.test_matching import GST_RETURN, figures, lists


def main() -> None:
    """Print accuracy by column, and precision and recall of fields."""
    gst_return: dict[str, str | None] = {**GST_RETURN}
    for name, some in (
        ("tuned on", lists(seen=True)),
        ("kept aside", lists(seen=False)),
        ("GSTR-1 b2b", [("register", gst_return)]),
    ):
        accuracy, precision, recall = figures(some)
        columns = sum(len(meant) for _, meant in some)
        print(f"{name:12} {columns:4} columns  right {accuracy:.1%}  precision {precision:.1%}  recall {recall:.1%}")


if __name__ == "__main__":
    main()
