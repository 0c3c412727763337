"""`labgrade doctor`: each thing with what to do where it is missing."""

from __future__ import annotations

import pytest
from tests.data import idx_files
from tests.trees import write_tree

from labgrade.worker.isolation import LAYERS

from .tiny_course import LAB_ID, write_course


@pytest.fixture(scope="module")
def here(labgrade, course):
    """What is said of this machine, as a script reads it."""
    ended = labgrade.run("doctor", "--course", course, "--json")
    assert (0, "") == (ended.code, ended.err)
    return ended.document


def named(document, topic):
    return {finding["name"]: finding for finding in document["findings"] if finding["topic"] == topic}


def test_the_document_has_the_promised_form(here):
    assert {"schema", "findings"} == set(here)
    assert "labgrade.doctor/1" == here["schema"]
    for finding in here["findings"]:
        assert {"topic", "name", "detail", "ok", "advice", "needed"} == set(finding)


def test_what_decides_a_result_has_its_version(here):
    assert {"python", "torch", "torchvision", "numpy", "labgrade"} <= set(named(here, "Versions"))


def test_every_layer_says_what_its_probe_saw(here):
    layers = named(here, "Isolation")

    assert set(LAYERS) <= set(layers)
    assert all(finding["detail"] for finding in layers.values())


def test_what_is_confined_is_said_in_the_words_of_the_option(here):
    confined = named(here, "Student code is confined in")

    assert ["files", "network", "process tree", "memory"] == list(confined)
    assert all(
        f'--allow-missing-layer "{name}"' in f["advice"] for name, f in confined.items() if not f["ok"]
    )


def test_only_what_the_course_uses_is_needed_of_the_data_sets(here):
    needed = {name: finding["needed"] for name, finding in named(here, "Data sets").items()}

    assert {"digits": True, "mnist": False, "fashion_mnist": False} == needed


def test_a_data_set_is_shown_with_where_it_was_found_and_how_much_it_holds(labgrade, course, tmp_path):
    root = idx_files.write(tmp_path / "data", idx_files.contents(20, 10))
    broken = idx_files.write(tmp_path / "broken", dict.fromkeys(idx_files.FILES, b""), kind="FashionMNIST")

    ended = labgrade.run(
        "doctor", "--course", course, "--json", "--executor", "spawn", "--data-root", f"{root}:{broken}"
    )

    seen = named(ended.document, "Data sets")
    assert seen["digits"]["ok"]
    assert seen["mnist"]["ok"]
    assert f"{root}/MNIST/raw: 20 images to train on, 10 to test with: a sample" in seen["mnist"]["detail"]
    assert not seen["fashion_mnist"]["ok"]
    wrong = seen["fashion_mnist"]["detail"]
    assert wrong.startswith(f"{broken}/FashionMNIST/raw: The files of fashion_mnist are cut off or broken")
    assert "Delete this folder" in seen["fashion_mnist"]["advice"]


def test_a_person_reads_what_grading_lacks_and_what_to_do(labgrade, tmp_path):
    public = write_course(tmp_path / "public", hidden=None)
    roots = write_tree(tmp_path / "data", {"MNIST/raw/train-images-idx3-ubyte": ""})

    ended = labgrade.run("doctor", "--course", public, "--executor", "spawn", "--data-root", roots)

    lines = ended.out.splitlines()
    assert (0, "") == (ended.code, ended.err)
    assert f"Grading lacks: {LAB_ID}, files, network, process tree, memory." == lines[-1]
    assert f"  missing  {LAB_ID}: visible checks only" in lines
    assert "  absent   mnist: not found" in lines
    assert any("To grade all the same" in line or "to grade all the same" in line for line in lines)
    assert any(f"searched: {roots}" in line for line in lines)
