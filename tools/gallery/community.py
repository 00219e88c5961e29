"""A small community of hard cases: the longest names, other scripts, nothing at all, too much of everything.

The demo shows the site as it is meant to be; these people show what it must also bear.
"""

import asyncio
import base64
import json
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import pyotp
import pyvips
from altcha.v1 import solve_challenge

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.accounts.service.invites import NewInvite, create_invite_in
from perdure.accounts.service.sign_in import open_session_in
from perdure.graph import service as graph
from perdure.graph.model import FilterDraft
from perdure.graph.service import filters
from perdure.kernel.db import Tx
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.media import service as media
from perdure.media.model import Change
from perdure.messages import service as messages
from perdure.migrations import runner
from perdure.moderation.model import Notice, Report
from perdure.moderation.model.decisions import Act, DecisionInput
from perdure.moderation.service import appeals, decisions, notices, reports
from perdure.notifications import service as notifications
from perdure.posts import service as posts
from perdure.posts.model import Draft, PollDraft
from perdure.posts.service.publishing import limits_of
from tools.gallery import copies, desk

LIMIT: Final = 1000
WIDE: Final = "WWWWWWWWWW MMMMMMMMMM WWWWWWWWW"[:30]
_WORDS: Final = "The pump by the old wall drips again, and nobody has the key. "
_DAY: Final = 86_400


class Community(NamedTuple):
    """What pages are asked with: names and ids by the words of :mod:`tools.gallery.pages`; cookies by role."""

    facts: dict[str, str]
    cookies: dict[str, str]


def seed(settings: Settings) -> Community:
    """Fill a site, which may hold people already, and sign in one of its staff and a member."""
    runner.upgrade(settings)
    copies.list_stores(settings.data)
    with wiring.runtime(settings, local=True) as rt:
        return asyncio.run(_Seed(rt).run())


class _Seed:
    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._ids: dict[str, int] = {}
        self._facts: dict[str, str] = {}

    async def run(self) -> Community:
        """Everything, in order; the outbox is emptied in between, as the worker would."""
        await self._rt.db.write("gallery.people", self._people_in)
        await self._faces()
        await self._deliver()
        await self._posts()
        await self._deliver()
        await self._reports()
        await self._decide()
        await self._rt.db.write("gallery.watch", desk.fill_in, self._ids, int(self._facts["bad"]))
        letter = await desk.bring_letter(self._rt, self._facts["bad_by"], [int(self._facts["bad"])])
        self._facts["letter"] = str(letter)
        await self._rt.db.write("gallery.more", self._more_in)
        await self._deliver()
        cookies = await self._rt.db.write("gallery.sessions", self._sessions_in)
        return Community(self._facts, cookies)

    async def _deliver(self) -> None:
        await Deliverer(self._rt, wiring.registry()).deliver_all()

    def _person_in(
        self, tx: Tx, name: str, shown: str = "", private: dict[str, Any] | None = None, **profile: Any
    ) -> None:
        role, state = profile.pop("role", "member"), profile.pop("state", "active")
        self._ids[name] = accounts.create_account_in(
            tx,
            username=name,
            email=f"{name}@gallery.example",
            password_hash="",
            role=role,
            state=state,
            profile={"display_name": shown, **profile},
            private=private,
        )

    def _people_in(self, tx: Tx) -> None:
        role = "admin" if accounts.owner_id_in(tx) else "owner"
        factor = {"totp_secret": pyotp.random_base32()}
        self._person_in(tx, "olga", "Olga Lind", role=role, note="I keep the lights on here.", private=factor)
        self._person_in(tx, "moritz", "Moritz", role="moderator", private={"totp_secret": pyotp.random_base32()})
        self._person_in(tx, "mina", "Mina Okafor", note="Maps, bread, slow trains.\n\nhttps://example.org/mina")
        self._person_in(tx, "bea", "Béatrice Lemaître-Vandenbroucke", note="Jardinière. Je réponds le soir. #jardin")
        self._person_in(tx, "w" * 15 + "m" * 15, WIDE, note="W" * 120)
        self._person_in(tx, "layla", "ليلى حداد", note="أكتب عن الحدائق والكتب.")
        self._person_in(tx, "plain")
        self._person_in(tx, "lina", "Lina (locked)", locked=True)
        self._person_in(
            tx, "famous", "Famous 🌿👩‍👩‍👧", followers_count=1_000_000, following_count=12_345, statuses_count=98_765
        )
        self._person_in(tx, "stranger", "Stranger")
        self._person_in(tx, "quiet", "Quiet", indexable=False, discoverable=False)
        mina = self._ids["mina"]
        for one in accounts.members_in(tx, state="active"):
            if one.id not in self._ids.values():
                graph.follow_in(tx, mina, one.id)
        for name, other in self._ids.items():
            if name not in {"mina", "stranger"}:
                graph.follow_in(tx, mina, other)
                if name != "olga":
                    graph.follow_in(tx, other, mina)
        redirect = "https://app.example/done"
        app, _secret = accounts.create_app_in(
            tx, name="Garden app", redirect_uris=(redirect,), scope="read write follow push"
        )
        asked = {"client_id": app.client_id, "redirect_uri": redirect, "response_type": "code"}
        self._facts["app"] = urlencode(asked | {"scope": "read write follow push"})
        self._facts |= {"member": "mina", "other": "bea", "wide": "w" * 15 + "m" * 15, "rtl": "layla", "bare": "plain"}

    async def _faces(self) -> None:
        for number, name in enumerate(("mina", "bea", "layla", "famous")):
            with _picture(400, 400, number) as file:
                avatar = await media.make_picture(self._rt, file, "avatar")
            with _picture(1500, 500, number + 3) as file:
                header = await media.make_picture(self._rt, file, "header")
            change = accounts.ProfileChange(
                avatar_key=avatar,
                header_key=header,
                fields=[("Garden", "https://192.0.2.1/"), ("Pronouns", "she"), ("A longer label", "value " * 12)],
            )
            await accounts.update_profile(self._rt, self._ids[name], change)

    async def _say(self, who: str, text: str, **more: Any) -> int:
        return await posts.publish(self._rt, self._ids[who], Draft(text=text, **more))

    async def _files(self, who: str, count: int, description: str | None) -> tuple[int, ...]:
        found = []
        for number in range(count):
            wide, high = ((1200, 800), (600, 1200), (800, 800), (1600, 500))[number % 4]
            with _picture(wide, high, number + count) as file:
                view = await media.upload(self._rt, self._ids[who], file, Change(description=description), wait=True)
            found.append(view.id)
        return tuple(found)

    async def _posts(self) -> None:
        wide = self._facts["wide"]
        await self._say("bea", "h")
        await self._say("famous", (_WORDS * 40)[:LIMIT])
        await self._say("layla", "صباح الخير! اليوم زرعت الطماطم في الشرفة، ومن عنده نصيحة؟ #حديقة", language="ar")
        await self._say(wide, "https://192.0.2.1/" + "a-very-long-path-without-a-break/" * 6 + " " + "W" * 200)
        await self._say("plain", "No avatar, no name, no words about myself.")
        await self._say("quiet", "Not for search engines. #garden")
        await self._say("bea", "Les épinards sont levés. Qui vient arroser samedi ? #jardin #garden", language="fr")
        four = await self._files("bea", 4, "A drawing of hills under a big sky")
        await self._say("bea", "Four corners of the garden. #garden", media_ids=four)
        one = await self._files("layla", 1, None)
        await self._say("layla", "", media_ids=one)
        warned = await self._files("famous", 2, "Something red")
        await self._say(
            "famous", "What the doctor said", media_ids=warned, sensitive=True, spoiler_text="Blood, needles"
        )
        poll = PollDraft(("Tomatoes", "Beans, the climbing ones with the red flowers", "Nothing at all"), 3 * _DAY)
        self._facts["poll"] = str(await self._say("bea", "What shall we plant by the wall?", poll=poll))
        await self._thread()

    async def _thread(self) -> None:
        root = await self._say("bea", "Shall we meet at the pump at seven? @mina, you have the key. #garden")
        above = await self._say("mina", "I have it. @bea, seven is fine.", in_reply_to_id=root)
        deep = above
        for number, name in enumerate(("famous", "layla", self._facts["wide"], "plain", "bea")):
            deep = await self._say(name, f"Answer {number + 1}: I come too, if it does not rain.", in_reply_to_id=deep)
        await self._say("layla", "And who brings the ladder?", in_reply_to_id=root)
        private = await self._say("mina", "Only for those who follow me.", visibility="private")
        asked = await self._say("bea", "@mina the key is under the pot.", visibility="direct")
        await self._say("mina", "@bea found it, thank you!", visibility="direct", in_reply_to_id=asked)
        await self._rt.db.write(
            "gallery.policy", notifications.set_policy_in, self._ids["mina"], {"for_not_following": "filter"}
        )
        await self._say("stranger", "@mina hello, may I ask you something about maps?")
        changed = Draft(text="Only for those who follow me, and only until Sunday.")
        await self._rt.db.write("gallery.edit", posts.edit_in, limits_of(self._rt), self._ids["mina"], private, changed)
        tomorrow = self._rt.clock.now_ms() + _DAY * 1000
        await posts.schedule(self._rt, self._ids["mina"], Draft(text="Good morning, garden!"), tomorrow)
        self._facts |= {"thread": str(root), "answer": str(above), "own": str(private)}

    async def _viewer(self, who: str) -> Viewer:
        token = await self._rt.db.write("gallery.session", open_session_in, self._ids[who], "Gallery", "192.0.2.7")
        found = await accounts.viewer_for_session(self._rt, token)
        assert found is not None
        return found[0]

    async def _reports(self) -> None:
        """Reports of a member and of somebody without an account, mild stand-ins for what people report."""
        bad = await self._say("famous", "You will all be sorry, said the pump to the old bucket by the wall.")
        mina = await self._viewer("mina")
        about = Report(
            target_id=self._ids["famous"],
            post_ids=(bad,),
            comment="She means the bucket that I made.",
            category="violation",
            harm="harassment",
            channel="page",
        )
        filed = await reports.file_report(self._rt, mina, about)
        self._facts |= {"report": str(filed.intake_id), "case": str(filed.case_id)}
        for who, harm, category in (("bea", "spam", "spam"), ("layla", "threat", "violation")):
            viewer = await self._viewer(who)
            other = Report(target_id=self._ids["stranger"], harm=harm, category=category, channel="api")
            await reports.file_report(self._rt, viewer, other)
        told = Notice(
            urls=(f"{self._rt.settings.base_url}/@famous/{bad}", "https://elsewhere.example/1"),
            reasons="It announces harm to the bucket, by name, and says when.",
            harm="illegal",
            name="Ada Jones",
            email="ada@gallery.example",
            good_faith=True,
        )
        puzzle = json.loads((await accounts.new_puzzle(self._rt)).challenge)
        found = solve_challenge(puzzle["challenge"], puzzle["salt"], puzzle["algorithm"], puzzle["maxNumber"])
        assert found is not None
        solved = {name: puzzle[name] for name in ("algorithm", "challenge", "salt", "signature")}
        answer = base64.b64encode(json.dumps(solved | {"number": found.number}).encode()).decode()
        receipt = await reports.file_notice(self._rt, told, accounts.Proof(answer, "", ""))
        self._facts |= {"report_token": receipt.token, "bad": str(bad), "bad_by": "famous"}

    async def _decide(self) -> None:
        """A decision about the member, and a case that is over."""
        lost = await self._say("mina", "You will all be sorry, dear moles, said the spade.")
        layla = await self._viewer("layla")
        about = Report(target_id=self._ids["mina"], post_ids=(lost,), harm="harassment", category="violation")
        filed = await reports.file_report(self._rt, layla, about)
        given = DecisionInput(
            policy="harassment",
            acts=(Act(kind="hide"),),
            ground="incompatible",
            explanation="Leave the moles alone who want to be left alone.",
            facts="The post announces harm to the moles.",
            scope="content",
            automated_detection=False,
            automated_decision="not",
        )
        made = await self._rt.db.write(
            "gallery.decide", decisions.decide_in, self._ids["olga"], filed.case_id, None, given
        )
        self._facts |= {"decision": str(made.batch_id), "decided": str(filed.case_id)}
        await self._appeal(given)

    async def _appeal(self, given: DecisionInput) -> None:
        """A decision of a moderator, appealed against, and taken by the owner."""
        said = await self._say("bea", "I will turn the compost into something that you will all regret.")
        layla = await self._viewer("layla")
        about = Report(target_id=self._ids["bea"], post_ids=(said,), harm="harassment", category="violation")
        filed = await reports.file_report(self._rt, layla, about)
        made = await self._rt.db.write(
            "gallery.decide", decisions.decide_in, self._ids["moritz"], filed.case_id, None, given
        )
        found = await appeals.file_own(self._rt, self._ids["bea"], made.batch_id, "It is only compost, and it is mine.")
        await appeals.assign(self._rt, self._ids["olga"], found.id)
        token = await self._rt.db.write("gallery.token", self._token_in, made.batch_id)
        self._facts |= {"appeal": str(found.id), "appeal_token": token}

    def _token_in(self, tx: Tx, decision_id: int) -> str:
        return notices.issue_token_in(tx, decision_id, "author", account_id=self._ids["bea"], intake_id=None)

    def _more_in(self, tx: Tx) -> None:
        ids, root, own = self._ids, int(self._facts["thread"]), int(self._facts["answer"])
        for name in ("bea", "famous", "layla", "plain", "quiet"):
            posts.vote_in(tx, ids[name], own, 1)
        for name in ("famous", "layla"):
            posts.echo_in(tx, ids[name], own)
        posts.vote_in(tx, ids["mina"], root, 1)
        posts.bookmark_in(tx, ids["mina"], root, on=True)
        poll = posts.views_in(tx, ids["bea"], [int(self._facts["poll"])])[0].poll
        assert poll is not None
        for number, name in enumerate(("famous", "layla", "plain")):
            posts.choose_in(tx, ids[name], poll.id, [number % 2])
        made = graph.create_list_in(tx, ids["mina"], "Garden people and everybody who waters")
        graph.add_members_in(tx, ids["mina"], made.id, [ids["bea"], ids["layla"]])
        graph.follow_tag_in(tx, ids["mina"], "garden")
        hidden = FilterDraft(title="Ends of films", contexts=("home", "public"), action="warn")
        self._facts["filter"] = str(filters.create_filter_in(tx, ids["mina"], hidden).id)
        invite = create_invite_in(tx, ids["olga"], NewInvite(comment="For the choir"))
        self._facts |= {"invite": invite.code, "other_id": str(ids["bea"]), "staff_id": str(ids["olga"])}
        self._facts["list"] = str(made.id)
        self._facts["talk"] = str(messages.page_in(tx, ids["mina"])[0].id)
        self._person_in(
            tx,
            "newcomer",
            "New Comer",
            state="pending",
            private={
                "confirmed_at": tx.now,
                "approved": False,
                "reason": "I read here every day and would like to answer.",
            },
        )
        accounts.change_in(tx, ids["mina"], locked=True)
        graph.follow_in(tx, ids["olga"], ids["mina"])

    def _sessions_in(self, tx: Tx) -> dict[str, str]:
        agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36"
        return {
            "member": open_session_in(tx, self._ids["mina"], agent, "192.0.2.7"),
            "owner": open_session_in(tx, self._ids["olga"], agent, "192.0.2.7"),
        }


class _picture:  # noqa: N801 - used like a function
    """A drawing of hills in a temporary file, another at each number."""

    def __init__(self, width: int, height: int, number: int) -> None:
        self._size = (width, height)
        self._number = number
        self._folder = tempfile.TemporaryDirectory(prefix="perdure-gallery-")

    def __enter__(self) -> Path:
        width, height = self._size
        hue = (self._number * 47) % 256
        place = pyvips.Image.xyz(width, height)
        ridge = (place[0] * (4 + self._number) * 180 / width).sin() * height / 9 + height * 0.6
        hill = place[1] > ridge
        shade = (place[1] * 160 / height + 70).cast("uchar")
        sky = pyvips.Image.black(width, height).linear(1, hue).cast("uchar")
        colour = sky.bandjoin([shade, hill.ifthenelse(120, 235).cast("uchar")])
        path = Path(self._folder.name) / "hills.png"
        colour.copy(interpretation="hsv").colourspace("srgb").write_to_file(str(path))
        return path

    def __exit__(self, *_exc: object) -> None:
        self._folder.cleanup()
