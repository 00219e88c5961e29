"""The table of pages: where each is, who looks at it, and which deserve a closer look.

A path is filled in from :attr:`tools.gallery.community.Community.facts`. A test holds that every page of the site is
here or among the exceptions, with the reason.
"""

from typing import Final, NamedTuple


class Page(NamedTuple):
    """One page as one kind of reader sees it: ``guest``, ``member`` or ``owner``."""

    name: str
    path: str
    who: str = "guest"
    close: bool = False
    """Also in French, and at 200 % zoom."""
    bare: bool = False
    """Also without JavaScript."""
    status: int = 200


PAGES: Final = (
    Page("landing", "/", close=True, bare=True),
    Page("public-guest", "/public"),
    Page("explore", "/explore", close=True),
    Page("explore-people", "/explore/people"),
    Page("search", "/search?q=garden", close=True),
    Page("search-blank", "/search"),
    Page("search-nothing", "/search?q=zzzzzz", "member"),
    Page("search-people", "/search?q=lina&type=accounts", "member"),
    Page("profile-guest", "/@{other}", close=True),
    Page("profile-wide", "/@{wide}"),
    Page("profile-rtl", "/@{rtl}"),
    Page("profile-bare", "/@{bare}"),
    Page("profile-own", "/@{member}", "member"),
    Page("profile-other", "/@{other}", "member"),
    Page("post-guest", "/@{other}/{thread}", bare=True),
    Page("post", "/@{other}/{thread}", "member", close=True, bare=True),
    Page("post-answer", "/@{member}/{answer}", "member"),
    Page("post-favourites", "/@{member}/{answer}/favourites", "member"),
    Page("post-echoes", "/@{member}/{answer}/echoes", "member"),
    Page("post-history", "/@{member}/{own}/history", "member"),
    Page("post-reply", "/@{other}/{thread}/reply", "member", close=True),
    Page("post-edit", "/@{member}/{own}/edit", "member"),
    Page("post-delete", "/@{member}/{own}/delete", "member"),
    Page("profile-replies", "/@{other}?tab=replies", "member"),
    Page("profile-media", "/@{other}?tab=media"),
    Page("followers", "/@{member}/followers", "member"),
    Page("following", "/@{member}/following"),
    Page("mute", "/@{other}/mute", "member"),
    Page("block", "/@{other}/block", "member"),
    Page("profile-lists", "/@{other}/lists", "member"),
    Page("hashtag", "/tags/garden"),
    Page("hashtag-member", "/tags/garden", "member"),
    Page("hashtag-empty", "/tags/nobody"),
    Page("home", "/", "member", close=True, bare=True),
    Page("home-empty", "/", "owner"),
    Page("public", "/public", "member"),
    Page("write", "/write?text=Hello", "member", close=True, bare=True),
    Page("explore-member", "/explore", "member"),
    Page("bookmarks", "/bookmarks", "member"),
    Page("bookmarks-empty", "/bookmarks", "owner"),
    Page("favourites", "/favourites", "member"),
    Page("tags", "/tags", "member"),
    Page("scheduled", "/scheduled", "member"),
    Page("scheduled-empty", "/scheduled", "owner"),
    Page("lists", "/lists", "member", close=True),
    Page("lists-empty", "/lists", "owner"),
    Page("list", "/lists/{list}", "member"),
    Page("list-edit", "/lists/{list}/edit", "member"),
    Page("list-delete", "/lists/{list}/delete", "member"),
    Page("list-people", "/lists/{list}/people", "member"),
    Page("you", "/you", "member"),
    Page("notices", "/notifications", "member", close=True),
    Page("notices-mentions", "/notifications?kind=mentions", "member"),
    Page("notices-clear", "/notifications/clear", "member"),
    Page("notices-policy", "/notifications/policy", "member", close=True),
    Page("notices-strangers", "/notifications/requests", "member"),
    Page("notices-strangers-empty", "/notifications/requests", "owner"),
    Page("follow-requests", "/follow_requests", "member"),
    Page("messages", "/messages", "member", close=True),
    Page("messages-empty", "/messages", "owner"),
    Page("message", "/messages/{talk}", "member", close=True),
    Page("message-new", "/messages/new", "member"),
    Page("sign-in", "/auth/sign_in", close=True),
    Page("sign-up", "/auth/sign_up", close=True, bare=True),
    Page("invite", "/invite/{invite}"),
    Page("invite-unknown", "/invite/nothing", status=404),
    Page("about", "/about", close=True),
    Page("password-forgotten", "/auth/password/new"),
    Page("password-new", "/auth/password/edit?reset_password_token=x"),
    Page("confirmation", "/auth/confirmation?confirmation_token=x"),
    Page("consent-code", "/oauth/authorize/native?code=Kx2TqyVpLr7Zd0a1"),
    Page("consent", "/oauth/authorize?{app}", "member", close=True),
    Page("not-found", "/nothing/here", status=404),
    Page("settings", "/settings", "member", close=True),
    Page("settings-profile", "/settings/profile", "member", close=True),
    Page("settings-account", "/settings/account", "member"),
    Page("settings-name", "/settings/account/name", "member"),
    Page("settings-mail", "/settings/account/email", "member"),
    Page("settings-password", "/settings/account/password", "member"),
    Page("settings-deactivate", "/settings/account/deactivate", "member"),
    Page("settings-delete", "/settings/account/delete", "member", close=True),
    Page("settings-posting", "/settings/posting", "member"),
    Page("settings-security", "/settings/security", "member"),
    Page("settings-codes", "/settings/security/codes", "member"),
    Page("settings-access", "/settings/access", "member"),
    Page("settings-hidden", "/settings/hidden", "member"),
    Page("settings-filters", "/settings/filters", "member"),
    Page("settings-filter-new", "/settings/filters/new", "member"),
    Page("settings-filter", "/settings/filters/{filter}", "member"),
    Page("settings-invites", "/settings/invites", "member"),
    Page("settings-data", "/settings/data", "member"),
    Page("operations", "/operations", "owner", close=True),
    Page("operations-members", "/operations/members", "owner"),
    Page("operations-member", "/operations/members/{other_id}", "owner"),
    Page("operations-self", "/operations/members/{staff_id}", "owner"),
    Page("operations-waiting", "/operations/waiting", "owner"),
    Page("operations-invites", "/operations/invites", "owner"),
    Page("operations-site", "/operations/site", "owner"),
    Page("operations-record", "/operations/record", "owner"),
    Page("design", "/design"),
)

EXCEPTIONS: Final = {
    "/setup": "only on a site without an owner: the story in the browser begins there",
    "/home/new": "a figure for the script of an open page",
    "/live/counts": "figures for the script of an open page",
    "/auth/waiting": "only for somebody whose sign-up waits: tests/app/test_pages_sign_up.py",
    "/settings/data/{name:str}": "a file to keep",
    "/static/{name:str}": "files",
    "/robots.txt": "for programs",
    "/favicon.ico": "for programs",
    "/manifest.webmanifest": "for programs",
}
