"""Which adapter serves which kind of store's address."""

from pathlib import Path

from perdure.adapters.store_common import AS_PROMISED, Manner
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.rules.addresses import Address, parse_address


class Stores(StoreOpener):
    """Opens stores. Libraries are loaded for the kinds that are used, and only then."""

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> Store:
        """An adapter on the record's address. Raises Invalid where address or secret cannot be used."""
        return _made(record.name, parse_address(record.url), secret, _manner(record, raw=raw))

    def make_ready(self, record: StoreRecord) -> None:
        """Mark a folder; the other kinds need nothing. Raises Invalid."""
        address = parse_address(record.url)
        if address.scheme == "file":
            from perdure.adapters.store_folder import adopt

            adopt(_folder(address))


def _folder(address: Address) -> Path:
    return Path("/") / address.path


def _manner(record: StoreRecord, *, raw: bool) -> Manner:
    found = record.capabilities
    if raw or found is None:
        return AS_PROMISED._replace(timeout_s=record.timeout_s)
    return Manner(look_first=found.lying, sort=not found.list_ordered, timeout_s=record.timeout_s)


def _made(store: str, address: Address, secret: str, manner: Manner) -> Store:
    match address.scheme:
        case "file":
            from perdure.adapters.store_folder import FolderCopies

            address.only()
            return FolderCopies(store, _folder(address), manner)
        case "s3" | "gs" | "az":
            from perdure.adapters.store_obstore import ObstoreCopies

            return ObstoreCopies(store, address, secret, manner)
        case "sftp":
            from perdure.adapters.store_sftp import SftpCopies

            return SftpCopies(store, address, secret, manner)
        case "webdav" | "webdavs":
            from perdure.adapters.store_webdav import WebdavCopies

            return WebdavCopies(store, address, secret, manner)
        case "ftp" | "ftps":
            from perdure.adapters.store_ftp import FtpCopies

            return FtpCopies(store, address, secret, manner)
        case _:
            from perdure.adapters.store_opendal import OpendalCopies

            return OpendalCopies(store, address, secret, manner)
