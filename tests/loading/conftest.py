"""Loads small sources in this process, and puts the process right afterwards."""

from __future__ import annotations

import builtins
import json
import sys
import warnings
from pathlib import Path

import pytest

from labgrade.worker.executor import Program
from labgrade.worker.loading import load

MODULE = "submission_under_test"


def notebook(*cells, **fields):
    """Bytes of a notebook with these code cells; a cell is its source, or a whole cell as a dict."""
    shaped = [cell if isinstance(cell, dict) else {"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": shaped} | fields).encode()


def program(files, entries=None):
    """A program of files by path."""
    return Program(tuple(files.items()), tuple(entries or files), MODULE)


@pytest.fixture(autouse=True)
def clean_process(tmp_path, monkeypatch):
    """An empty working directory; builtins, modules, path and warnings as they were."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    known = set(vars(builtins))
    modules = set(sys.modules)
    with warnings.catch_warnings():
        yield
    for name in set(vars(builtins)) - known:
        delattr(builtins, name)
    for name in set(sys.modules) - modules:
        if name == MODULE or str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def load_files():
    """Load files given by path, all of them entries unless said."""

    def run(files, entries=None, **options):
        for path, data in files.items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_bytes(data)
        return load(program(files, entries), **({"budget_seconds": 20.0, "output_bytes": 4096} | options))

    return run


@pytest.fixture
def load_module(load_files):
    """Load one module from its text."""
    return lambda source, **options: load_files({"lab01.py": source.encode()}, **options)


@pytest.fixture
def load_cells(load_files):
    """Load one notebook from the sources of its code cells."""
    return lambda *cells, **options: load_files({"lab01.ipynb": notebook(*cells)}, **options)


@pytest.fixture
def told():
    """Findings of a loaded submission as (code, where)."""
    return lambda loaded: [(finding.code, finding.where) for finding in loaded.report.findings]


@pytest.fixture
def notebook_of():
    """The function that makes a notebook's bytes."""
    return notebook
