from reconciler.commands.options import Debug

STEPS = (
    "sandbox create .",
    "plan avc ss -o plan.yaml",
    "show plan.yaml",
    "apply plan.yaml --yes",
    "sync avc ss",
    "history",
)


def demo(debug: Debug = False) -> int:
    """Everything once, on two embedded sites: plan, review, apply, nothing left to do, history.

    Each step is a process of its own, as it would be for you, in a directory
    that goes away.

    Examples:
      reconciler demo

    Exit codes: 0 all went well, else that of the step that did not.
    """
    import os
    import subprocess
    import sys
    from tempfile import TemporaryDirectory

    from reconciler.config.nwp import VARIABLE
    from reconciler.private_files import VARIABLE as STATE
    from reconciler.render.terminal import Terminal

    terminal = Terminal()
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    with TemporaryDirectory(prefix="reconciler-demo-") as directory:
        environment[STATE] = f"{directory}/state"
        for step in STEPS:
            terminal.line(f"\n$ reconciler {step}")
            sys.stdout.flush()
            arguments = [*step.split(), *(["--debug"] if debug else [])]
            code = subprocess.run(  # noqa: S603 - our own program, with the steps above
                [sys.executable, "-m", "reconciler", *arguments],
                cwd=directory,
                env=environment,
                check=False,
            ).returncode
            if code:
                return code
    return 0
