from __future__ import annotations

import io
import sys

import pytest

from labgrade.worker.output import BoundedOutput, captured


class TestBoundedOutput:
    def test_keeps_all_where_there_is_room(self):
        output = BoundedOutput(100)
        print("one", 2, file=output)
        assert output.text() == "one 2\n"

    @pytest.mark.parametrize("size", [1, 7, 50, 4096, 100_000])
    def test_keeps_both_ends_whatever_the_pieces(self, size):
        written = "".join(f"line {n}\n" for n in range(50_000))
        output = BoundedOutput(200)
        for start in range(0, len(written), size):
            output.write(written[start : start + size])
        text = output.text()
        assert text.startswith(written[:100])
        assert text.endswith(written[-100:])
        assert f"[… {len(written) - 200} bytes left out …]" in text

    def test_one_write_of_a_hundred_megabytes(self):
        output = BoundedOutput(20)
        output.write("a" * 50_000_000 + "b" * 50_000_000)
        assert output.text() == "aaaaaaaaaa\n[… 99999980 bytes left out …]\nbbbbbbbbbb"

    def test_never_cuts_a_character_in_two(self):
        output = BoundedOutput(9)
        output.write("ééééééééé")
        assert output.text() == "éé\n[… 10 bytes left out …]\néé"

    def test_text_may_be_asked_for_again(self):
        output = BoundedOutput(10)
        output.write("x" * 30)
        assert output.text() == output.text()

    def test_lone_surrogates_become_escapes(self):
        output = BoundedOutput(100)
        output.write("\ud800")
        assert output.text() == "\\ud800"

    def test_bytes_go_the_same_way(self):
        output = BoundedOutput(100)
        output.buffer.write("é\n".encode())
        output.buffer.write(b"\xff")
        assert output.text() == "é\n�"

    def test_is_no_terminal_and_has_no_descriptor(self):
        output = BoundedOutput(100)
        assert not output.isatty()
        assert output.writable()
        assert output.encoding == "utf-8"
        with pytest.raises(io.UnsupportedOperation):
            output.fileno()

    def test_survives_what_students_do_to_streams(self):
        output = BoundedOutput(100)
        output.reconfigure(encoding="utf-8", line_buffering=True)
        io.TextIOWrapper(output.buffer, encoding="utf-8", line_buffering=True).write("wrapped\n")
        output.detach()
        with output:
            output.write("closed\n")
        output.close()
        output.buffer.close()
        output.write("open\n")
        assert output.text() == "wrapped\nclosed\nopen\n"

    def test_refuses_what_is_no_text(self):
        with pytest.raises(TypeError):
            BoundedOutput(100).write(b"bytes")


class TestCaptured:
    def test_takes_both_outputs_and_gives_them_back(self):
        before = sys.stdin, sys.stdout, sys.stderr
        with captured(100) as output:
            sys.stdout.write("out\n")
            sys.stderr.write("err\n")
        assert output.text() == "out\nerr\n"
        assert (sys.stdin, sys.stdout, sys.stderr) == before

    @pytest.mark.parametrize(
        "read",
        [
            lambda: input("How many? "),
            lambda: sys.stdin.read(-1),
            lambda: sys.stdin.readline(-1),
            lambda: sys.stdin.readlines(-1),
            lambda: next(iter(sys.stdin)),
            lambda: list(sys.stdin),
        ],
    )
    def test_refuses_input_at_once(self, read):
        with captured(100), pytest.raises(EOFError, match="cannot be answered"):
            read()

    def test_input_stays_refused_after_it_was_closed(self):
        with captured(100):
            sys.stdin.close()
            with pytest.raises(EOFError, match="cannot be answered"):
                input()
