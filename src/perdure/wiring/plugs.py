"""Which adapter serves which port."""

from typing import Any

from perdure.adapters.anchor_places import Places
from perdure.adapters.classifier import LiveClassifier, NoClassifier
from perdure.adapters.classifier_learner import LocalLearner
from perdure.adapters.desk_paper import PdfPaper
from perdure.adapters.letter_reader import BoundedReader
from perdure.adapters.mail_folder import FolderMailer
from perdure.adapters.mail_in_imap import ImapMailbox, NoMailbox
from perdure.adapters.mail_signatures import DkimSignatures
from perdure.adapters.mail_smtp import SmtpMailer
from perdure.adapters.media_vips import VipsProcessor
from perdure.adapters.outgoing import GuardedHttp
from perdure.adapters.refusing import NoMailer, NoOutgoing, NoPlaces, NoPush, NoStores
from perdure.adapters.signer_file import FileSigner
from perdure.adapters.statement_database import DsaDatabase, NoStatementDatabase
from perdure.adapters.storage_folder import FolderStore
from perdure.adapters.storage_s3 import S3Store
from perdure.adapters.stores import Stores
from perdure.adapters.web_push import WebPush
from perdure.audit.ports import AnchorPlaces, Dossier
from perdure.continuity.ports import StoreOpener
from perdure.delivery.ports import Mailer, Outgoing
from perdure.desk.ports import Mailbox, Paper, Reader, Signatures
from perdure.desk.service.answering_packing import LetterFiles
from perdure.discovery.ports import RankGuard
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.media.ports import MediaProcessor, ObjectStore
from perdure.moderation.service.dossier import CaseFiles
from perdure.notifications.ports import PushGateway
from perdure.portability.ports import Signer
from perdure.posts.ports import Screener
from perdure.signals.ports import Classifier, Learner
from perdure.signals.service import guard, screening
from perdure.signals.service.rulebook import Rulebook
from perdure.transparency.ports import StatementDatabase


def ports(settings: Settings, clock: Clock) -> dict[type, Any]:
    """An adapter for each port, as the settings ask."""
    outgoing, mailer = GuardedHttp(settings), _mailer(settings, clock)
    book = Rulebook(settings.data / "rules")
    return {
        AnchorPlaces: Places(settings, mailer, outgoing),
        Dossier: LetterFiles(CaseFiles()),
        Classifier: NoClassifier() if settings.classifier == "none" else LiveClassifier(settings.data),
        Learner: LocalLearner(settings.data),
        Mailbox: ImapMailbox(settings.letters_imap) if settings.letters_imap else NoMailbox(),
        Mailer: mailer,
        MediaProcessor: VipsProcessor(settings),
        ObjectStore: _store(settings),
        Outgoing: outgoing,
        PushGateway: WebPush(outgoing, clock),
        Paper: PdfPaper(),
        Reader: BoundedReader(),
        RankGuard: guard.SignalsGuard(),
        Rulebook: book,
        Signatures: DkimSignatures(),
        Screener: screening.Screen(book),
        StatementDatabase: _statement_database(settings, outgoing),
        StoreOpener: store_opener(),
        Signer: FileSigner(settings.data),
    }


def shut_ports() -> dict[type, Any]:
    """For a rehearsal: whatever would reach a member, a store or another site refuses."""
    return {
        AnchorPlaces: NoPlaces(),
        Classifier: NoClassifier(),
        Mailbox: NoMailbox(),
        Mailer: NoMailer(),
        Outgoing: NoOutgoing(),
        PushGateway: NoPush(),
        StatementDatabase: NoStatementDatabase(),
        StoreOpener: NoStores(),
    }


def store_opener() -> StoreOpener:
    """The way to every kind of store; for commands that must work where no database does."""
    return Stores()


def _store(settings: Settings) -> ObjectStore:
    if settings.storage_url.startswith("s3://"):
        return S3Store(settings.storage_url)
    kind, _, folder = settings.storage_url.partition(":")
    if kind != "folder" or not folder:
        raise Invalid("Settings: storage_url must start with folder: or s3://")
    return FolderStore(settings.data / folder)


def _statement_database(settings: Settings, outgoing: Outgoing) -> StatementDatabase:
    if not settings.statement_database:
        return NoStatementDatabase()
    return DsaDatabase(settings.statement_database, settings.statement_token, outgoing)


def _mailer(settings: Settings, clock: Clock) -> Mailer:
    kind, _, folder = settings.mail_url.partition(":")
    if kind == "folder":
        return FolderMailer(settings.data / folder, settings.mail_from, clock)
    return SmtpMailer(settings.mail_url, settings.mail_from, clock)
