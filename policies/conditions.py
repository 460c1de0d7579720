"""The conditions of rules, in CEL: compiled once, and evaluated on the facts of one decision."""

from policies.rules import Condition, Facts, Program

EVALUATION_ERRORS = (TypeError, RuntimeError, ValueError, ArithmeticError, LookupError)


def compiled(clause: str) -> Program:
    """Compile one clause; raises ValueError with the reason, in one line."""
    import cel  # 0.5 s: it brings its own command line

    try:
        return cel.compile(clause)
    except ValueError as error:
        reason = str(error).rpartition("Syntax error: ")[2].splitlines()[0]
        raise ValueError(reason.partition(" expecting {")[0]) from error


class Values:
    """The facts of one decision, given to CEL once however many conditions read them.

    A value that CEL does not know is left out, so only what reads it cannot be evaluated.
    """

    def __init__(self, facts: Facts) -> None:
        from cel import Context

        self._context = Context()
        for name, value in facts.items():
            try:
                self._context.add_variable(name, value)
            except ValueError:
                continue

    def of(self, condition: Condition) -> object:
        """Evaluate a condition; raises one of EVALUATION_ERRORS."""
        return condition.program.execute(self._context)


def value_of(condition: Condition, facts: Facts) -> object:
    """Evaluate one condition alone, on the facts it reads; raises one of EVALUATION_ERRORS."""
    return condition.program.execute(
        {name: facts[name] for name in condition.reads if name in facts}
    )


def said_by(error: Exception) -> str:
    """Return the first sentence of what an evaluation complains about."""
    return str(error).partition("\n")[0].partition(". ")[0].rstrip(".")
