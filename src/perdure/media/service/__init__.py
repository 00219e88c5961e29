"""Use cases of media."""

from perdure.media.service.keeping import attach_in as attach_in
from perdure.media.service.keeping import change_in as change_in
from perdure.media.service.keeping import delete as delete
from perdure.media.service.keeping import detach_in as detach_in
from perdure.media.service.keeping import hold_in as hold_in
from perdure.media.service.keeping import keep_in as keep_in
from perdure.media.service.keeping import own_in as own_in
from perdure.media.service.keeping import prints_in as prints_in
from perdure.media.service.keeping import prints_of_posts_in as prints_of_posts_in
from perdure.media.service.keeping import prints_with_bytes_in as prints_with_bytes_in
from perdure.media.service.keeping import sweep_loose as sweep_loose
from perdure.media.service.keeping import unkeep_in as unkeep_in
from perdure.media.service.keeping import views_in as views_in
from perdure.media.service.keeping import views_of_posts_in as views_of_posts_in
from perdure.media.service.keeping import whole_looks_in as whole_looks_in
from perdure.media.service.profiles import change_profile as change_profile
from perdure.media.service.uploading import forget_account_pictures as forget_account_pictures
from perdure.media.service.uploading import forget_picture as forget_picture
from perdure.media.service.uploading import make_picture as make_picture
from perdure.media.service.uploading import make_preview as make_preview
from perdure.media.service.uploading import process_uploaded as process_uploaded
from perdure.media.service.uploading import replace_preview as replace_preview
from perdure.media.service.uploading import resume as resume
from perdure.media.service.uploading import upload as upload
