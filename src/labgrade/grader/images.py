"""The run's images for a lab that trains: what the run's secret makes of its data set."""

from __future__ import annotations

from labgrade.course import Lab
from labgrade.data.images import Loaded
from labgrade.data.run import RunData, run_data
from labgrade.errors import UserError
from labgrade.grader.inputs import derive


def images_of(
    lab: Lab, dataset: str, loaded: Loaded | None, device: str, secret: int | None
) -> RunData | None:
    """Return the images of a run, or None for a lab that trains on none.

    Args:
        lab: the lab; its budget says how many images a training gets.
        dataset: name of the data set.
        loaded: the data set; may be None where the lab trains on none.
        device: "cpu" or "cuda", where student code is to put its networks.
        secret: of the run; None for a student's self-check, which uses public labels.

    Raises:
        UserError: the data set has too few images, or the lab states no minimum for it.
    """
    if lab.training is None or loaded is None:
        return None
    if dataset not in lab.training.minimum:
        known = ", ".join(lab.training.minimum)
        raise UserError(
            f"{lab.id} states no minimum accuracy for the data set {dataset!r}.", "--data", f"Known: {known}."
        )

    def draw(label: str) -> int:
        return derive(secret or 0, "data", lab.id, label)

    return run_data(
        dataset,
        loaded,
        images=lab.training.images,
        draw=None if secret is None else draw,
        device=device,
    )
