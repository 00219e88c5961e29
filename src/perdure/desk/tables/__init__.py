"""Rows of the notice desk."""

from perdure.desk.tables import answers as answers
from perdure.desk.tables import drills as drills
from perdure.desk.tables import letters as letters
from perdure.desk.tables import mailboxes as mailboxes
from perdure.desk.tables import orders as orders
from perdure.desk.tables import referrals as referrals
