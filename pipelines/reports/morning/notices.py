"""Sends the summary of a night where somebody asked for it: e-mail, webhook, or any service that Apprise knows.

Addresses hold passwords, so they lie in a file of their own (TTHC_NOTICES_FILE, mode 0600) and are never printed. A
notice that cannot be sent is logged and changes nothing of how the run ended. Does not belong here: the summary itself.
"""

import logging
import stat
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

import yaml
from pydantic import Field, SecretStr, ValidationError

from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict
from pipelines.reports.endings import ending_of
from pipelines.reports.morning.facts import Morning
from pipelines.reports.morning.render import needs_a_look, render, title
from pipelines.settings import Settings
from pipelines.storage.runs import Run

log = logging.getLogger("tthc.morning")
Occasion = Literal["published", "unchanged", "look", "refused", "failed", "stale", "locked"]
TIMEOUT = 15  # seconds for the heartbeat
OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


class Notice(Strict):
    """One receiver.

    Attributes:
        to: An address as Apprise writes them, such as `mailtos://user:password@smtp.example.org?to=a@example.org` or
            `jsons://example.org/hook`.
        when: When to write: each night that published (published) or found nothing new (unchanged), a night after which
            somebody should look at something (look), one that was refused or failed, when the published figures are
            too old (stale), or a run could not begin because another one has not ended (locked).
    """

    to: SecretStr
    when: tuple[Occasion, ...] = Field(("look", "refused", "failed", "stale", "locked"), min_length=1)


class Notices(Strict):
    """Who is told.

    Attributes:
        heartbeat: Address that is asked (HTTP GET) after each night that ended well. A service there gives the alarm
            when it was not asked for a day, so that a night that never began is noticed too.
        notices: The receivers.
    """

    heartbeat: SecretStr | None = None
    notices: tuple[Notice, ...] = ()


def load_notices(settings: Settings) -> Notices:
    """Return who is told; nobody if TTHC_NOTICES_FILE is not set.

    Raises:
        TthcError: If the file cannot be read, is not well-formed, or others than its owner may read it.
    """
    path = settings.notices_file
    if path is None:
        return Notices()
    try:
        if path.stat().st_mode & OTHERS_MAY_READ:
            raise TthcError("notices_open", file=path)
        return Notices.model_validate(read_yaml(path.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise TthcError("notices_invalid", file=path, why=error.strerror or type(error).__name__) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise TthcError("notices_invalid", file=path, why=f"{place}: {first['msg']}") from None
    except yaml.YAMLError:
        raise TthcError("notices_invalid", file=path, why="YAML") from None


def occasions(morning: Morning) -> set[Occasion]:
    """Return all occasions that the summary is one for."""
    found: set[Occasion] = set()
    outcome = morning.ending.outcome
    if outcome in ("published", "beside"):
        found.add("published")
    elif outcome in ("unchanged", "refused"):
        found.add("unchanged" if outcome == "unchanged" else "refused")
    elif not morning.ending.is_good:
        found.add("failed")
    if morning.status["is_stale"]:
        found.add("stale")
    if needs_a_look(morning):
        found.add("look")
    return found


def send_morning(settings: Settings, morning: Morning) -> list[str]:
    """Send the summary to whoever wants it on its occasions, ask the heartbeat, and return what could not be done."""
    found = load_notices(settings)
    failed = send(found, occasions(morning), title(morning), render(morning, "md"))
    if found.heartbeat is not None and morning.ending.is_good and not _is_asked(found.heartbeat):
        failed.append("heartbeat")
    for name in failed:
        log.warning(say("notice_failed", service=name))
    return failed


def send_locked(settings: Settings, error: TthcError) -> list[str]:
    """Tell whoever wants to know that a run could not begin, and return the services that failed."""
    text = f"{error}\n\n{say('next_locked')}\n"
    return send(load_notices(settings), {"locked"}, f"tthc · {say('locked_title')}", text)


def send_cut_off(settings: Settings, run: Run) -> list[str]:
    """Tell whoever wants to know of failures that an earlier run was killed, and return the services that failed."""
    ending = ending_of(replace(run, outcome="interrupted"), settings)
    what = f"{say('status_run', number=run.sequence)}: {say('status_run_interrupted')}"
    text = f"{ending.why}\n\n{say('status_next')}: {ending.next_step}\n"
    return send(load_notices(settings), {"failed"}, f"tthc · {what}", text)


def send(notices: Notices, when: Collection[str], subject: str, markdown: str) -> list[str]:
    """Send a message to everybody who wants it, and return the kinds of service (`mailtos`, …) that failed.

    Args:
        notices: Who is told.
        when: The occasions of the message.
        subject: Its subject.
        markdown: Its text.
    """
    wanted = [notice for notice in notices.notices if set(notice.when) & set(when)]
    if not wanted:
        return []
    import apprise

    failed = []
    for notice in wanted:
        address = notice.to.get_secret_value()
        sender = apprise.Apprise()
        sent = sender.add(address) and sender.notify(
            title=subject, body=markdown, body_format=apprise.NotifyFormat.MARKDOWN
        )
        if not sent:
            failed.append(address.partition(":")[0][:20])
    return failed


def _is_asked(address: SecretStr) -> bool:
    """Ask the heartbeat address, and return True if it answered."""
    url = address.get_secret_value()
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - http and https only
            return int(answer.status) < 400
    except (urllib.error.URLError, OSError, ValueError):
        return False
