"""What an account is to the rest of the program."""

from typing import Literal

Role = Literal["owner", "admin", "moderator", "member"]
State = Literal["active", "pending", "deactivated", "suspended", "deleted"]
