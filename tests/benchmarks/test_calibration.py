"""The calibration of labs 4 and 5: it can be taken up again, and its minima follow from what it trained."""

import json
from pathlib import Path

import pytest
import torch
from benchmarks.calibration import page
from benchmarks.calibration.__main__ import main
from benchmarks.calibration.minima import Minimum, gaps, minimum, worst
from benchmarks.calibration.networks import BASE, LAB4, LAB5, NETWORKS, REDUCED
from benchmarks.calibration.store import Store
from benchmarks.calibration.trials import Measure, Outcome, Trial

from labgrade.errors import UserError

REPOSITORY = Path(__file__).resolve().parents[2]
QUICK = ["--data", "digits", "--network", "softmax", "--seeds", "1", "--epochs", "1", "2"]

every_network = pytest.mark.parametrize("network", NETWORKS, ids=[network.name for network in NETWORKS])


def outcome(network, optimiser="SGD 0.1", seed=0, accuracy=0.9, transformed=0.8, **other) -> Outcome:
    """What a network reached on digits after 6 epochs."""
    named = {"dataset": "digits", "digest": "d", "fingerprint": "f", "images": 1000, "batch_size": 8}
    trial = Trial(**{**named, "network": network, "optimiser": optimiser, "seed": seed, **other})
    return Outcome(trial, (Measure(6, accuracy, transformed, 0.5, 1.0),), 0.1)


def lines_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "outcomes.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory) -> Path:
    """The cache of a calibration of the linear classifier."""
    folder = tmp_path_factory.mktemp("cache")
    main([*QUICK, "--cache", str(folder)])
    return folder


# What is trained


@every_network
def test_a_network_tells_ten_classes_apart_and_follows_its_fingerprint(network):
    assert (2, 10) == network.build().eval()(torch.rand(2, 1, 28, 28)).shape
    assert [network.name] == [n.name for n in NETWORKS if n.fingerprint() == network.fingerprint()]


def test_the_base_is_the_manuals_and_the_reduced_ones_are_reduced_enough():
    assert 149_798 == BASE.parameters()
    assert [0.5, 0.9] == [round(1 - reduced.parameters() / BASE.parameters(), 1) for reduced in REDUCED]


def test_each_optimiser_trains_and_is_measured_after_the_epochs_asked_for(calibrated):
    stored = lines_of(calibrated)

    assert ["Adam 0.001", "SGD 0.1", "momentum 0.01", "SGD 0.01"] == [
        line["trial"]["optimiser"] for line in stored
    ]
    for line in stored:
        first, second = line["measures"]
        assert (1, 2) == (first["epochs"], second["epochs"])
        assert second["loss"] < first["loss"]
        assert 0 < first["seconds"] < second["seconds"]
        assert 0.5 < second["accuracy"] <= 1
        assert second["transformed"] != second["accuracy"]


def test_the_report_shows_what_was_reached(calibrated, capsys):
    main([*QUICK, "--cache", str(calibrated)])
    reached = [line["measures"][-1]["accuracy"] for line in lines_of(calibrated)]

    shown = " | ".join(f"{accuracy:.3f} / {accuracy:.3f}" for accuracy in reached)
    assert f"| softmax | {shown} |" in capsys.readouterr().out


# Taking up again


def test_what_is_stored_is_not_trained_again(calibrated):
    before = (calibrated / "outcomes.jsonl").read_bytes()

    main([*QUICK, "--cache", str(calibrated)])

    assert before == (calibrated / "outcomes.jsonl").read_bytes()


def test_a_line_that_was_cut_off_is_trained_again_and_comes_out_the_same(calibrated, tmp_path):
    whole = (calibrated / "outcomes.jsonl").read_text()
    (tmp_path / "outcomes.jsonl").write_text(whole[:-20])

    main([*QUICK, "--cache", str(tmp_path)])

    again, before = lines_of(tmp_path), lines_of(calibrated)
    assert before[:-1] == again[:-1]
    assert before[-1]["trial"] == again[-1]["trial"]
    assert [m["accuracy"] for m in before[-1]["measures"]] == [m["accuracy"] for m in again[-1]["measures"]]


def test_other_layers_other_images_or_more_epochs_are_another_training(tmp_path):
    stored = outcome("softmax")
    Store(tmp_path).add(stored)
    store = Store(tmp_path)

    assert stored == store.get(stored.trial, [6])
    assert store.get(stored.trial, [6, 12]) is None
    assert store.get(outcome("softmax", fingerprint="g").trial, [6]) is None
    assert store.get(outcome("softmax", digest="e").trial, [6]) is None


# From outcomes to minima


@pytest.mark.parametrize(
    ("lowest", "linear", "value"),
    [
        (0.80, 0.80, 0.75),
        (0.809, 0.80, 0.75),
        (0.64, 0.60, 0.60),
        (0.80, 0.90, 0.80),
        (0.70, 0.85, 0.75),
    ],
    ids=["a margin", "rounded down", "never below 0.60", "a linear one sets a floor", "above the worst"],
)
def test_a_minimum_is_the_worst_training_less_a_margin_with_floors(lowest, linear, value):
    found = Minimum(lowest, linear)

    assert value == found.value
    assert pytest.approx(lowest - value) == found.margin


def test_a_minimum_rests_on_the_labs_usual_networks_and_optimisers_alone():
    found = [
        outcome("mlp-128-64", accuracy=0.85, transformed=0.75),
        outcome("mlp-128-64", "Adam 0.001", seed=1, accuracy=0.9, transformed=0.7),
        outcome("mlp-128-64", "SGD 0.01", accuracy=0.3, transformed=0.3),
        outcome("mlp-sigmoid", accuracy=0.3, transformed=0.3),
        outcome("manual", accuracy=0.5, transformed=0.4),
        outcome("mlp-32-16", accuracy=0.2, dataset="mnist"),
        outcome("softmax", accuracy=0.88, transformed=0.78),
        outcome("softmax", "momentum 0.01", accuracy=0.87, transformed=0.79),
    ]

    assert Minimum(0.85, 0.87) == minimum(found, LAB4, "digits", 6)
    assert Minimum(0.7, 0.78) == minimum(found, LAB4, "digits", 6, transformed=True)
    assert found[0] == worst(found, ["mlp-128-64", "mlp-32-16"], "digits", 6)
    assert Minimum(0.5, 0.87) == minimum(found, LAB5, "digits", 6)


def test_without_the_linear_one_or_at_other_epochs_there_is_no_minimum():
    found = [outcome("mlp-128-64")]

    assert minimum(found, LAB4, "digits", 6) is None
    assert minimum([*found, outcome("softmax")], LAB4, "digits", 12) is None


def test_a_gap_that_is_too_great_is_judged_by_three_seeds_and_their_standard_error():
    bases = [outcome("manual", seed=seed, accuracy=0.9) for seed in range(4)]
    reached = {0: 0.86, 1: 0.80, 2: 0.89, 3: 0.80}
    reduced = [outcome("tenth", seed=seed, accuracy=accuracy) for seed, accuracy in reached.items()]
    unpaired = outcome("tenth", "Adam 0.001", accuracy=0.1)

    found = gaps([*bases, *reduced, unpaired], "tenth", "digits", 6)

    assert pytest.approx([0.04, 0.10, 0.01, 0.10]) == found.gaps
    assert 2 == found.greater
    # Seeds 1, 2, 3: 0.07 less 0.03; and 3, 0, 1: 0.08 less 0.02.
    assert pytest.approx([0.04, 0.06]) == found.means
    assert 1 == found.failed


def test_a_gap_of_five_points_is_allowed():
    found = gaps([outcome("manual", accuracy=0.9), outcome("tenth", accuracy=0.85)], "tenth", "digits", 6)

    assert 0 == found.greater


# The page


def test_results_replace_what_stood_between_the_marks_and_nothing_else():
    text = "# Title\n<!-- results: generated -->\nold\n<!-- end -->\nprose\n"

    once = page.with_results(text, ["new"])

    assert "# Title\n<!-- results: generated -->\n\nnew\n\n<!-- end -->\nprose\n" == once
    assert once == page.with_results(once, ["new"])


def test_a_page_without_marks_is_refused():
    with pytest.raises(UserError, match="no place"):
        page.with_results("# Title\n", ["new"])


def test_a_part_of_a_calibration_is_not_written(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--quick", "--write"])

    assert 2 == ended.value.code
    assert "at least 10 seeds" in capsys.readouterr().err


def test_an_unknown_data_set_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--data", "cats"])

    assert 2 == ended.value.code
    assert "digits, mnist, fashion_mnist" in capsys.readouterr().err
