"""Fewer points for a long curve, so that it looks the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labgrade.reports.plots.data import Point, drawable


def thinned(points: Sequence[Point], limit: int) -> tuple[Point, ...]:
    """Return at most `limit` of the points, in their order.

    The first and the last are kept; of each stretch between them the lowest, the highest and, where there
    are gaps, one of these. So the least and the greatest y of all are kept.

    Args:
        points: of any number; a y that is not drawable is a gap.
        limit: at least 8.
    """
    if len(points) <= limit:
        return tuple(points)
    kept = {0, len(points) - 1}
    for stretch in _stretches(len(points), limit, gaps=any(not drawable(point.y) for point in points)):
        kept.update(_telling(points, stretch))
    return tuple(points[place] for place in sorted(kept))


def _stretches(count: int, limit: int, *, gaps: bool) -> Iterator[range]:
    """Split what lies between the ends into as many parts as may each keep two or three points."""
    inner, parts = count - 2, (limit - 2) // (3 if gaps else 2)
    for part in range(parts):
        yield range(1 + inner * part // parts, 1 + inner * (part + 1) // parts)


def _telling(points: Sequence[Point], stretch: range) -> Iterator[int]:
    drawn = [place for place in stretch if drawable(points[place].y)]
    if drawn:
        yield min(drawn, key=lambda place: points[place].y)
        yield max(drawn, key=lambda place: points[place].y)
    if len(drawn) < len(stretch):
        yield next(place for place in stretch if not drawable(points[place].y))
