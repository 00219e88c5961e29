"""What a drill opens the copies with: the identity of the machine that rehearses. A kit goes another way."""

from pathlib import Path

from perdure.continuity.ports import StoreOpener
from perdure.continuity.rules import sealing
from perdure.continuity.service import stores
from perdure.continuity.service.finding import newest_bundle, reigns_at
from perdure.continuity.service.restoring.finding import Found
from perdure.continuity.service.site import load_site
from perdure.kernel.errors import AppError, Invalid, Unavailable


def read_identity(path: Path) -> str:
    """The first age identity in a file; other lines may be comments. Raises Invalid, which names the file."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", "") or "it is no text"
        raise Invalid(f"{path}, the identity that opens the copies for a drill, cannot be read: {said}") from error
    found = next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")
    sealing.recipient_of(found)
    return found


async def find_with(identity: str, data: Path, opener: StoreOpener) -> Found:
    """Open the newest bundle with an identity, at the stores that a data directory lists.

    Raises Invalid for an identity that this site ships for no longer, or never did; Unavailable where no store answers.
    """
    site = load_site(data)
    if site is None:
        raise Invalid(f"{data} knows no site with a recovery kit: perdure kit create --drill age1…")
    recipient = sealing.recipient_of(identity)
    if recipient not in site.recipients:
        raise Invalid(
            f"{recipient} does not open this site's copies: name it when a kit is made (perdure kit create --drill)"
        )
    opened, faults = {}, []
    for record in stores.load(data).stores:
        try:
            opened[record.name] = stores.open_store(data, opener, record)
        except AppError as error:
            faults.append(error.public)
    reigning = await reigns_at(opened, site)
    trusted = {site.root, *(one.host_key for one in reigning.values())}
    newest = await newest_bundle(opened, identity, trusted, reigning)
    if newest.opened is None:
        for store in opened.values():
            await store.close()
        why = "; ".join((*faults, *newest.faults)[:6]) or "none holds a config bundle"
        raise Unavailable(f"No store gives a copy: {why}")
    return Found(site, identity, newest.opened.bundle, opened, (*faults, *newest.faults))
