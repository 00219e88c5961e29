"""The door through which a mail server hands over letters, where the settings ask for one."""

from functools import partial

from perdure.adapters.mail_in_listener import Door, Listener, place_of
from perdure.desk.model import MOST_BYTES
from perdure.desk.service import mailing
from perdure.kernel.runtime import Runtime


def listener(rt: Runtime) -> Listener:
    """The listener of the settings. Raises Invalid for an address that is none."""
    scheme = place_of(rt.settings.letters_listen)[0]
    take = partial(mailing.take_mail, rt)
    door = Door(take, rt.clock.now_ms, rt.settings.letters_to, local=scheme == "lmtp")
    return Listener(rt.settings.letters_listen, door, MOST_BYTES, rt.settings.domain.partition(":")[0])
