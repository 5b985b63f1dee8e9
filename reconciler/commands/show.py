from reconciler.commands.files import PlanFile, read_plan
from reconciler.commands.options import Debug


def show(file: PlanFile, debug: Debug = False) -> int:  # noqa: ARG001 - the runner looks at it
    """Show what a plan file does, to whom, and what it could not settle."""
    from reconciler.render.plan import plan_lines
    from reconciler.render.terminal import Terminal

    Terminal().lines(plan_lines(read_plan(file)))
    return 0
