"""The command line. Everything heavy is imported inside the command that needs it."""

import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

UNKNOWN_WHY = "I find nothing that ends with “{}”."
PACKAGES = ("bot", "agents", "engine", "connectors", "policies", "memory")
OK, FAILED, MISUSED = 0, 1, 2
WHERE = {  # what to do with a pairing code
    "web": "Enter it in the browser",
    "telegram": "Send it to your bot",
    "slack": "Write it to the app",
}

cli = typer.Typer(
    name="firstmate",
    help="The operating engine of a one-person company, used by chatting with it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
policy = typer.Typer(help="Check and try the rules.", no_args_is_help=True)
cli.add_typer(policy, name="policy")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def main() -> None:
    """Run a command; what the operator can mend is one sentence, never a traceback."""
    _refuse_strangers()
    cli()


@cli.command()
def run() -> None:
    """Start Firstmate and serve until it is told to stop."""
    from bot import host
    from bot.checkup import refuse_unfit_python

    _mendable(refuse_unfit_python)
    _run(host.run(_settings(), _say))


@cli.command()
def demo(
    discard: Annotated[bool, typer.Option("--discard", help="Throw the sample away.")] = False,
) -> None:
    """Open the sample company (a data folder of its own), or throw it away."""
    from bot import host

    settings = _settings()
    if discard:
        gone = host.discard_sample(settings.home)
        _say("The sample company is gone." if gone else "There is no sample company to discard.")
        return
    host.choose(settings.home, "sample")
    _run(host.run(settings, _say))


@cli.command()
def pair(
    surface: Annotated[str, typer.Argument(help="web, telegram or slack.")] = "web",
    as_json: AsJson = False,
) -> None:
    """Show a fresh pairing code for a new browser or messenger."""
    from bot import offices

    if surface not in WHERE:
        named = " or ".join(f"`firstmate pair {known}`" for known in WHERE)
        _fail(f"Pair what? Say {named}.", MISUSED)
    code = _await(offices.pairing_code(_settings(), surface))
    said = f"{code}\n{WHERE[surface]} within 10 minutes."
    _print({"surface": surface, "code": code}, said, as_json)


@cli.command()
def doctor(
    as_json: AsJson = False,
    models: Annotated[bool, typer.Option("--models", help="Ask each language model.")] = False,
) -> None:
    """Say what is set up, what is missing, and what to do about it."""
    from bot import checkup

    examine = checkup.ask_models if models else checkup.examine
    findings = _mendable(lambda: _await(examine(_settings())))
    text = "\n".join(f"{'✓' if f.ok else '✗'} {f.what}: {f.says}" for f in findings)
    _print([{"what": f.what, "ok": f.ok, "says": f.says} for f in findings], text, as_json)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)


@cli.command()
def why(
    wanted: Annotated[
        str, typer.Argument(help="An effect, a wish, a message or a call to a model; or its end.")
    ],
    replay: Annotated[
        bool, typer.Option("--replay", help="Decide it again by what was kept, and compare.")
    ] = False,
) -> None:
    """Explain what was done or answered, back to the words that asked for it."""
    from bot import offices

    if replay:
        _replay(wanted)
        return
    told = _await(offices.why(_settings(), wanted))
    if told is None:
        _fail(UNKNOWN_WHY.format(wanted))
    _say(told)


def _replay(wanted: str) -> None:
    from bot import offices
    from engine.why.rerun import lines

    done = _await(offices.rerun(_settings(), wanted))
    if done is None:
        _fail(UNKNOWN_WHY.format(wanted))
    _say(lines(done))
    if any(one.differs for one in done):
        raise typer.Exit(FAILED)


@cli.command()
def verify(
    head: Annotated[str, typer.Option(help="The head hash a backup remembers.")] = "",
    copy: Annotated[Path | None, typer.Option(help="A backup or export to try out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the log's hash chain, replay it into empty tables and compare."""
    from bot import offices

    wanted = offices.rehearsed(copy) if copy else offices.verified(_settings(), head or None)
    report = _mendable(lambda: _await(wanted))
    facts = {"events": report.events, "head": report.head, "faults": list(report.faults)}
    good = (
        f"{report.events} events, unbroken; replayed, they give the state as it is, and the files, "
        f"passages, vectors and boxes beside it are whole.\n{report.head}"
    )
    _print(facts, "\n".join(report.faults) or good, as_json)
    if report.faults:
        raise typer.Exit(FAILED)


@cli.command()
def read(
    file: Annotated[Path, typer.Argument(help="A mail (.eml) or any other file.")],
    as_json: AsJson = False,
) -> None:
    """Show what intake makes of a mail or file. Nothing is stored and nothing happens."""
    from bot import readings

    if not file.is_file():
        _fail(f"There is no file “{file}”.", MISUSED)
    told = _await(readings.told(file))
    _print(told, readings.lines(told), as_json)


@cli.command()
def export(folder: Annotated[Path, typer.Argument(help="An empty or new folder.")]) -> None:
    """Write everything that is kept into open formats."""
    from bot import offices

    where = _mendable(lambda: _await(offices.exported(_settings(), folder)))
    _say(f"Exported to {where}")


@cli.command()
def books(folder: Annotated[Path, typer.Argument(help="A folder to write them into.")]) -> None:
    """Write the books as files that hledger and beancount read."""
    from bot import offices

    _say(_mendable(lambda: offices.books(_settings(), folder)))


@cli.command()
def backup(
    folder: Annotated[Path | None, typer.Argument(help="Where to; default: backups/.")] = None,
) -> None:
    """Copy the data folder as it stands now, checked, while Firstmate may go on."""
    from bot import offices

    where = _mendable(lambda: _await(offices.backed_up(_settings(), folder)))
    _say(f"Backed up to {where}")


@cli.command("import")
def import_(folder: Annotated[Path, typer.Argument(help="What `export` wrote.")]) -> None:
    """Make an export a company again, in a data folder that is new or empty."""
    from bot import offices

    report = _mendable(lambda: _await(offices.taken_in(_settings(), folder)))
    _say(f"Imported: {report.events} events, verified up to {report.head}")


@cli.command()
def restore(folder: Annotated[Path, typer.Argument(help="What `backup` made.")]) -> None:
    """Put a backup back, as a data folder that is new or empty."""
    from bot import offices

    report = _mendable(lambda: _await(offices.restored(_settings(), folder)))
    _say(f"Restored: {report.events} events, verified up to {report.head}")


@cli.command()
def rollback(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder: the new FIRSTMATE_HOME.")],
    to: Annotated[str, typer.Option(help="An event, the end of its id, or 2026-11-20 09:00.")],
) -> None:
    """Make the company as it was at an event, in a new folder; this one is left alone."""
    from bot import offices

    rolled = _mendable(lambda: _await(offices.rolled_back(_settings(), to, folder)))
    _say(f"As it was after {rolled.to}; {rolled.left_behind} later events are left behind.")
    if rolled.done:
        _say("Done meanwhile, and not taken back by this:")
    for line in rolled.done:
        _say(f"• {line}")
    _say(f"Start it with FIRSTMATE_HOME={folder}")


@cli.command()
def config(as_json: AsJson = False) -> None:
    """Show every setting as it is read now, without secrets."""
    from bot import settings

    shown = settings.shown(_settings())
    _print(shown, "\n".join(f"{name}={value}" for name, value in shown.items()), as_json)


@policy.command("check")
def policy_check(
    files: Annotated[list[Path] | None, typer.Argument(help="Rule files of yours.")] = None,
) -> None:
    """Check the rules, yours with the default ones, and name every fault at once."""
    from bot import offices

    told = _mendable(lambda: _await(offices.checked_rules(_settings(), files)))
    _say(told)


@policy.command("try")
def policy_try(
    operation: Annotated[str, typer.Argument(help="An operation, like payments.refund.")],
    facts: Annotated[list[str] | None, typer.Argument(help="Facts: amount=40 hour=22 …")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the rules would say of an operation under these facts."""
    from bot import offices

    verdict = _mendable(lambda: _await(offices.tried(_settings(), operation, facts or [])))
    rules = ", ".join(verdict.rules) or "no rule"
    _print(
        verdict.model_dump(mode="json"), f"{verdict.outcome}: {verdict.because} ({rules})", as_json
    )


def _settings() -> "Settings":
    from bot import settings

    found: Settings = _mendable(settings.read)
    return found


def _run(serving: Coroutine[Any, Any, None]) -> None:
    _mendable(lambda: _await(serving))


def _await(work: Coroutine[Any, Any, Any]) -> Any:
    import asyncio  # a quarter of a second that --help need not wait

    return asyncio.run(work)


def _mendable(call: Any) -> Any:
    """Run it; turn what the operator can mend into one sentence."""
    from connectors.contract import ConnectorError
    from memory.copying.copies import RefusedError
    from memory.lock import HeldError
    from memory.upgrade import NewerDatabaseError

    try:
        return call()
    except (
        HeldError, NewerDatabaseError, RefusedError, ConnectorError, ValueError, OSError
    ) as error:  # fmt: skip
        _fail(str(error))


def _refuse_strangers() -> None:
    """All six packages must come from one place: another `agents` would run instead of ours."""
    from importlib.util import find_spec

    homes = {name: Path(str(find_spec(name).origin)).parent.parent for name in PACKAGES}  # type: ignore[union-attr]  # our own packages are there
    if len(set(homes.values())) > 1:
        where = ", ".join(f"{name} from {home}" for name, home in homes.items())
        _fail(
            "Another installed package has the name of one of ours, so Firstmate will not start: "
            f"{where}. Install Firstmate into an environment of its own."
        )


def _print(value: Any, text: str, as_json: bool) -> None:
    _say(json.dumps(value, ensure_ascii=False, indent=2) if as_json else text)


def _say(text: str) -> None:
    print(text, flush=True)


def _fail(text: str, code: int = FAILED) -> NoReturn:
    print(text, file=sys.stderr, flush=True)
    raise SystemExit(code)
