"""One store's watch: says every half minute that this host lives, and looks whether another one takes over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from perdure.continuity.errors import AlreadyThere, NotThere, StoreError
from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Genesis, Head, Intent
from perdure.continuity.rules import layout, reigns, signing
from perdure.continuity.service.shipping.lane import Lane
from perdure.continuity.service.shipping.reign import Held
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Invalid
from perdure.kernel.log import logger

HEAD_EVERY_MS: Final = 30_000
LOOK_EVERY_S: Final = 1.5
log = logger("copies")

Claim = Intent | Genesis


class Watch:
    """Beside each lane. ``on_claim`` is told of each signed intent or genesis of the next epoch."""

    def __init__(
        self,
        lane: Lane,
        site: Site,
        held: Held,
        clock: Clock,
        *,
        make_head: Callable[[], Head],
        on_claim: Callable[[str, Claim], Awaitable[None]],
    ) -> None:
        self._lane = lane
        self._site = site
        self._held = held
        self._clock = clock
        self._make_head = make_head
        self._on_claim = on_claim
        self._strange: set[str] = set()
        self._attempt = 1

    @property
    def store(self) -> str:
        """The name of the store that is watched."""
        return self._lane.record.name

    async def run(self) -> None:
        """Until it is cancelled. A store that does not answer is the lane's affair."""
        checks = self._lane.checks
        while True:
            try:
                checks.asked()
                await self.look()
                checks.answered()
                if self._clock.now_ms() - self._lane.head_at >= HEAD_EVERY_MS:
                    await self.put_head(self._make_head())
                    await self._lane.look_back()
            except StoreError as error:
                checks.failed(error)
                log.debug("store_not_watched", store=self._lane.record.name, reason=error.public)
            await asyncio.sleep(LOOK_EVERY_S)

    def pass_over(self, name: str) -> None:
        """This intent has lapsed: look for the next attempt."""
        if name == layout.intent(self._held.genesis.epoch + 1, self._attempt):
            self._attempt += 1

    async def put_head(self, head: Head) -> None:
        """Put a signed head. Raises StoreError."""
        data = signing.sign("head", head, self._held.key)
        before = self._clock.now_ms()
        try:
            await self._lane.store.put_new(layout.head(head.host, head.at), data)
        except AlreadyThere:
            return
        later = signing.sign("head", msgspec.structs.replace(head, at=head.at + 1), self._held.key)
        if await self._lane.checks.after_head(head, later, before):
            self._lane.head_at = head.at

    async def look(self) -> None:
        """Ask by name for what another host would write. Raises StoreError."""
        epoch = self._held.genesis.epoch + 1
        for name, read in (
            (layout.genesis(epoch), reigns.read_genesis),
            (layout.intent(epoch, self._attempt), reigns.read_intent),
        ):
            data = await self._get(name)
            if data is None or name in self._strange:
                continue
            try:
                claim: Claim = read(data, self._site, {self._site.host}, name)
            except Invalid as error:
                self._strange.add(name)
                log.error("strange_claim", store=self._lane.record.name, reason=error.public)
                continue
            await self._on_claim(name, claim)
            return

    async def _get(self, name: str) -> bytes | None:
        if await self._lane.store.head(name) is None:
            return None
        try:
            return await self._lane.store.get(name)
        except NotThere:
            return None
