"""Code that changes what later calls, exercises and hand-ins find: torch, numpy, generators, the process."""

from __future__ import annotations

from tests.attacks.arena import attack

LINGERING = {
    "changes-everything": attack(
        """
        import os, random, signal, warnings

        _right = extreme_values


        def extreme_values(t):
            torch.set_default_dtype(torch.float64)
            torch.set_grad_enabled(False)
            torch.use_deterministic_algorithms(True)
            torch.set_num_threads(8)
            torch.manual_seed(0)
            np.random.seed(0)
            random.seed(0)
            np.seterr(all="raise")
            warnings.simplefilter("error")
            os.chdir("/")
            os.environ.clear()
            os.umask(0o777)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            return _right(t)
        """
    ),
    "breaks-torch-afterwards": attack(
        """
        _right = extreme_values


        def extreme_values(t):
            answer = _right(t)
            torch.stack = torch.rand = torch.Tensor.reshape = torch.Tensor.permute = None
            return answer
        """,
        at_most={"q9": 2},
    ),
    "threads-at-top": attack(
        """
        torch.set_num_threads(2)
        a = torch.rand(600, 600)
        for _ in range(5):
            a = a @ a / 300
        """
    ),
    "right-once": attack(
        """
        CALLS = []


        def extreme_values(t):
            CALLS.append(1)
            return (t.max(), t.min()) if len(CALLS) == 1 else (t.min(), t.max())
        """,
        at_most={"q9": 2},
    ),
    "changes-its-inputs": attack(
        """
        _values, _indices, _reshape = extreme_values, extreme_indices, reshape_tensor


        def extreme_values(t):
            found = [value.clone() for value in _values(t)]
            t.zero_()
            return tuple(found)


        def extreme_indices(t):
            found = _indices(t)
            t.fill_(float("nan"))
            t.resize_(0)
            return found
        """
    ),
    "answers-by-alias": attack(
        """
        def extreme_values(t):
            t.fill_(7.0)
            return t.max(), t.min()
        """,
        "q9",
    ),
    "constants": attack(
        """
        def extreme_values(t):
            return torch.tensor(4.0), torch.tensor(-2.0)
        """,
        at_most={"q9": 2},
    ),
}
"""What one call leaves behind reaches no other exercise and nobody else."""
