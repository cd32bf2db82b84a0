from __future__ import annotations

from twin import tables


def test_the_readme_shows_the_stored_demo() -> None:
    """`make tables` writes it; `python -m twin.tables --stored` does so without measuring."""
    readme = tables.README.read_text(encoding="utf-8")
    assert tables.with_demo(readme) == readme
