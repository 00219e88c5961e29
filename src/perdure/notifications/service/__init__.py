"""Use cases of notifications."""

from perdure.notifications.rules import fallback as fallback
from perdure.notifications.service.reading import accept_requests_in as accept_requests_in
from perdure.notifications.service.reading import clear_in as clear_in
from perdure.notifications.service.reading import dismiss_group_in as dismiss_group_in
from perdure.notifications.service.reading import dismiss_in as dismiss_in
from perdure.notifications.service.reading import dismiss_requests_in as dismiss_requests_in
from perdure.notifications.service.reading import group_in as group_in
from perdure.notifications.service.reading import groups_in as groups_in
from perdure.notifications.service.reading import notification_in as notification_in
from perdure.notifications.service.reading import page_in as page_in
from perdure.notifications.service.reading import policy_in as policy_in
from perdure.notifications.service.reading import request_in as request_in
from perdure.notifications.service.reading import requests_in as requests_in
from perdure.notifications.service.reading import set_policy_in as set_policy_in
from perdure.notifications.service.reading import whole_group_in as whole_group_in
from perdure.notifications.service.telling import notify_in as notify_in
