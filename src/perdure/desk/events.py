"""What happens at the notice desk."""

from typing import ClassVar

from perdure.kernel.events import Event


class LetterArrived(Event, frozen=True):
    """A letter is stored and can be read; told again while more of it is to be looked up than one go takes."""

    kind: ClassVar[str] = "desk.letter_arrived"
    letter_id: int


class LetterOpened(Event, frozen=True):
    """A letter's case stands and every item was looked up and judged; what is certain has its outcome."""

    kind: ClassVar[str] = "desk.letter_opened"
    letter_id: int
    case_id: int


class LetterAnswered(Event, frozen=True):
    """An answer to a letter was sent."""

    kind: ClassVar[str] = "desk.letter_answered"
    letter_id: int
    answer_id: int


class OrderAnswerDue(Event, frozen=True):
    """An answer to an order is to be sent."""

    kind: ClassVar[str] = "desk.order_answer_due"
    answer_id: int


class ReferralDue(Event, frozen=True):
    """An authority is to be told of a threat to life."""

    kind: ClassVar[str] = "desk.referral_due"
    referral_id: int


class AnswerReturned(Event, frozen=True):
    """A mail server says what became of something that we sent: it ``failed``, or was delivered."""

    kind: ClassVar[str] = "desk.answer_returned"
    message_id: str
    failed: bool
    why: str
