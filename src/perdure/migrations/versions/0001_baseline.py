"""Every table of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('username_key', sa.Text(), nullable=False),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('fields_json', sa.Text(), nullable=False),
    sa.Column('avatar_key', sa.Text(), nullable=True),
    sa.Column('header_key', sa.Text(), nullable=True),
    sa.Column('avatar_description', sa.Text(), nullable=False),
    sa.Column('header_description', sa.Text(), nullable=False),
    sa.Column('locked', sa.Boolean(), nullable=False),
    sa.Column('bot', sa.Boolean(), nullable=False),
    sa.Column('discoverable', sa.Boolean(), nullable=False),
    sa.Column('indexable', sa.Boolean(), nullable=False),
    sa.Column('hide_collections', sa.Boolean(), nullable=False),
    sa.Column('show_featured', sa.Boolean(), nullable=False),
    sa.Column('show_media', sa.Boolean(), nullable=False),
    sa.Column('show_media_replies', sa.Boolean(), nullable=False),
    sa.Column('attribution_domains_json', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('frozen', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('limited', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('marked_sensitive', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('banned', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('labels_json', sa.Text(), server_default='[]', nullable=False),
    sa.Column('suspended_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('default_visibility', sa.Text(), nullable=False),
    sa.Column('default_sensitive', sa.Boolean(), nullable=False),
    sa.Column('default_language', sa.Text(), nullable=True),
    sa.Column('default_quote_policy', sa.Text(), nullable=False),
    sa.Column('followers_count', sa.Integer(), nullable=False),
    sa.Column('following_count', sa.Integer(), nullable=False),
    sa.Column('statuses_count', sa.Integer(), nullable=False),
    sa.Column('last_status_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('purge_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('username_key', name=op.f('uq_account_username_key'))
    )
    op.create_index('ix_account_purge_at', 'account', ['purge_at'], unique=False)
    op.create_index('ix_account_staff', 'account', ['id'], unique=False, sqlite_where=sa.text("role <> 'member'"), postgresql_where=sa.text("role <> 'member'"))
    op.create_index('ix_account_state_id', 'account', ['state', 'id'], unique=False)
    op.create_table('account_keep',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('keeper', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'keeper', name=op.f('pk_account_keep'))
    )
    op.create_index('ix_account_keep_keeper', 'account_keep', ['keeper'], unique=False)
    op.create_table('action_matrix',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_action_matrix'))
    )
    op.create_table('audit_enforcement',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('value_json', sa.Text(), nullable=False),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reverses', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_enforcement'))
    )
    op.create_index('ix_audit_enforcement_subject', 'audit_enforcement', ['subject', 'kind'], unique=False)
    op.create_index('uq_audit_enforcement_reverses', 'audit_enforcement', ['reverses'], unique=True)
    op.create_table('audit_entry',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('detail_json', sa.Text(), nullable=False),
    sa.Column('commitment', sa.Text(), server_default='', nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_action', 'audit_entry', ['action', 'seq'], unique=False)
    op.create_index('ix_audit_entry_subject', 'audit_entry', ['subject', 'seq'], unique=False)
    op.create_table('audit_key',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('made_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_key'))
    )
    op.create_table('audit_private',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('about_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('payload_json', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_private'))
    )
    op.create_index('ix_audit_private_about_id', 'audit_private', ['about_id'], unique=False)
    op.create_index('ix_audit_private_actor_id', 'audit_private', ['actor_id', 'seq'], unique=False)
    op.create_table('audit_receipt',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('n', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('receipt_json', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_receipt'))
    )
    op.create_index('uq_audit_receipt_n_place', 'audit_receipt', ['n', 'place'], unique=True)
    op.create_table('audit_root',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('n', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('last_seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_root'))
    )
    op.create_index('ix_audit_root_day', 'audit_root', ['day'], unique=False)
    op.create_index('ix_audit_root_last_seq', 'audit_root', ['last_seq'], unique=False)
    op.create_index('uq_audit_root_n', 'audit_root', ['n'], unique=True)
    op.create_table('bank_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('words_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('core_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('joined_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('letters', sa.Integer(), nullable=False),
    sa.Column('holdable', sa.Boolean(), nullable=False),
    sa.Column('core_bans', sa.Boolean(), nullable=False),
    sa.Column('grams', sa.Text(), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=True),
    sa.Column('looks', sa.Text(), nullable=True),
    sa.Column('link_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('forgotten_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quarantined_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quarantine_reason', sa.Text(), nullable=True),
    sa.Column('released_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('change', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_entry'))
    )
    op.create_index('ix_bank_entry_change', 'bank_entry', ['change'], unique=False)
    op.create_index('ix_bank_entry_decision_id', 'bank_entry', ['decision_id'], unique=False)
    op.create_table('bank_state',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_bank_state'))
    )
    op.create_table('contact_point',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('representative', sa.Text(), nullable=False),
    sa.Column('postal', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('telephone', sa.Text(), nullable=False),
    sa.Column('languages_json', sa.Text(), nullable=False),
    sa.Column('text_en', sa.Text(), nullable=False),
    sa.Column('text_fr', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('answers_itself', sa.Boolean(), nullable=False),
    sa.Column('drills', sa.Boolean(), nullable=False),
    sa.Column('updated_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_point'))
    )
    op.create_table('conversation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('thread_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unread', sa.Boolean(), nullable=False),
    sa.Column('hidden', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation')),
    sa.UniqueConstraint('account_id', 'thread_id', name=op.f('uq_conversation_account_id_thread_id'))
    )
    op.create_index('ix_conversation_account_last', 'conversation', ['account_id', 'last_post_id'], unique=False)
    op.create_table('conversation_member',
    sa.Column('conversation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('conversation_id', 'account_id', name=op.f('pk_conversation_member'))
    )
    op.create_table('conversation_post',
    sa.Column('conversation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('conversation_id', 'post_id', name=op.f('pk_conversation_post'))
    )
    op.create_index('ix_conversation_post_post_id', 'conversation_post', ['post_id'], unique=False)
    op.create_table('custom_emoji',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('shortcode', sa.Text(), nullable=False),
    sa.Column('file_key', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('visible_in_picker', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custom_emoji')),
    sa.UniqueConstraint('shortcode', name=op.f('uq_custom_emoji_shortcode'))
    )
    op.create_table('domain_reputation',
    sa.Column('domain', sa.Text(), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('first_seen_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('posts', sa.Integer(), nullable=False),
    sa.Column('removed', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('domain', name=op.f('pk_domain_reputation'))
    )
    op.create_table('duty',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('on_call', sa.Boolean(), nullable=False),
    sa.Column('mail', sa.Boolean(), nullable=False),
    sa.Column('push', sa.Boolean(), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_duty'))
    )
    op.create_table('evasion_link',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('banned_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('score_permille', sa.Integer(), nullable=False),
    sa.Column('evidence_json', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evasion_link')),
    sa.UniqueConstraint('account_id', 'banned_id', name=op.f('uq_evasion_link_account_id_banned_id'))
    )
    op.create_index('ix_evasion_link_open', 'evasion_link', ['account_id'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_evasion_link_state', 'evasion_link', ['state', 'score_permille'], unique=False)
    op.create_table('form_use',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('began_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_form_use')),
    info={'derived': 'counts of an hour, to keep machines from forms'}
    )
    op.create_index('ix_form_use_began_at', 'form_use', ['began_at'], unique=False)
    op.create_table('hook_delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('secret_sealed', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload_json', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hook_delivery'))
    )
    op.create_index('ix_hook_delivery_ended_at', 'hook_delivery', ['ended_at'], unique=False)
    op.create_index('ix_hook_delivery_url', 'hook_delivery', ['url', 'id'], unique=False)
    op.create_table('id_lane',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('until_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_id_lane')),
    info={'derived': 'which process makes ids under which number: claimed anew at each start'}
    )
    op.create_table('job_run',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('next_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('finished_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_job_run')),
    info={'derived': 'when a job is due: all are due after a restore, and each may be repeated'}
    )
    op.create_table('known_site',
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('added_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('host', 'public_key', name=op.f('pk_known_site'))
    )
    op.create_table('letter_number',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_letter_number'))
    )
    op.create_table('mailbox',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('validity', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('uid', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('received_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('read_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_mailbox'))
    )
    op.create_table('media_at_store',
    sa.Column('store', sa.Text(), nullable=False),
    sa.Column('object', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('store', 'object', name=op.f('pk_media_at_store')),
    info={'derived': 'which copy of a file is at which store: made anew by listing the stores'}
    )
    op.create_index('ix_media_at_store_missing', 'media_at_store', ['store', 'at'], unique=False, sqlite_where=sa.text("state <> 'there'"), postgresql_where=sa.text("state <> 'there'"))
    op.create_index('ix_media_at_store_object', 'media_at_store', ['object'], unique=False)
    op.create_table('media_copy',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('part', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('object', sa.Text(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('key', 'part', name=op.f('pk_media_copy'))
    )
    op.create_index('ix_media_copy_object', 'media_copy', ['object'], unique=False)
    op.create_index('ix_media_copy_unsealed', 'media_copy', ['created_at'], unique=False, sqlite_where=sa.text('object IS NULL'), postgresql_where=sa.text('object IS NULL'))
    op.create_table('media_keep',
    sa.Column('media_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('keeper', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('media_id', 'keeper', name=op.f('pk_media_keep'))
    )
    op.create_index('ix_media_keep_keeper', 'media_keep', ['keeper'], unique=False)
    op.create_table('media_uncopied',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('keeper', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('key', 'keeper', name=op.f('pk_media_uncopied'))
    )
    op.create_index('ix_media_uncopied_keeper', 'media_uncopied', ['keeper'], unique=False)
    op.create_table('media_withheld',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('keeper', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('key', 'keeper', name=op.f('pk_media_withheld'))
    )
    op.create_index('ix_media_withheld_keeper', 'media_withheld', ['keeper'], unique=False)
    op.create_table('moderation_case',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('cluster_key', sa.Text(), nullable=False),
    sa.Column('open_key', sa.Text(), nullable=True),
    sa.Column('group_key', sa.Text(), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('severity_by', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('queue', sa.Text(), nullable=False),
    sa.Column('assigned_to', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('human', sa.Boolean(), nullable=False),
    sa.Column('machine', sa.Boolean(), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('parts_json', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('draw', sa.Integer(), nullable=False),
    sa.Column('intakes', sa.Integer(), nullable=False),
    sa.Column('reporters', sa.Integer(), nullable=False),
    sa.Column('pending_items', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('opened_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('first_action_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('closed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('automated', sa.Boolean(), nullable=False),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('drill', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_case')),
    sa.UniqueConstraint('open_key', name=op.f('uq_moderation_case_open_key'))
    )
    op.create_index('ix_moderation_case_assigned_to', 'moderation_case', ['assigned_to', 'state'], unique=False)
    op.create_index('ix_moderation_case_author_id', 'moderation_case', ['author_id', 'id'], unique=False)
    op.create_index('ix_moderation_case_cluster_key', 'moderation_case', ['cluster_key', 'id'], unique=False)
    op.create_index('ix_moderation_case_group_key', 'moderation_case', ['group_key', 'id'], unique=False)
    op.create_index('ix_moderation_case_opened', 'moderation_case', ['decided_at', 'opened_at', 'id'], unique=False)
    op.create_index('ix_moderation_case_queue', 'moderation_case', ['decided_at', 'sort_key', 'id'], unique=False)
    op.create_table('moderator_exposure',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('grave', sa.Integer(), nullable=False),
    sa.Column('stretch_items', sa.Integer(), nullable=False),
    sa.Column('stretch_began_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'day', name=op.f('pk_moderator_exposure'))
    )
    op.create_table('moderator_preference',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('opted_out_json', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_moderator_preference'))
    )
    op.create_table('notice_drill',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('plan_key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('compressed', sa.Boolean(), nullable=False),
    sa.Column('by_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('scheduled_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('injected_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('fixture_hash', sa.Text(), nullable=False),
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('receipt_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('resolved_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('held_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('answered_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ends_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('scored_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_drill')),
    sa.UniqueConstraint('plan_key', name=op.f('uq_notice_drill_plan_key'))
    )
    op.create_index('ix_notice_drill_state', 'notice_drill', ['state', 'scheduled_at'], unique=False)
    op.create_table('notification',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('from_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('group_key', sa.Text(), nullable=False),
    sa.Column('filtered', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification')),
    sa.UniqueConstraint('account_id', 'kind', 'from_account_id', 'post_id', name=op.f('uq_notification_account_id_kind_from_account_id_post_id'))
    )
    op.create_index('ix_notification_account_group', 'notification', ['account_id', 'group_key'], unique=False)
    op.create_index('ix_notification_account_id_id', 'notification', ['account_id', 'id'], unique=False)
    op.create_index('ix_notification_from_account_id', 'notification', ['from_account_id'], unique=False)
    op.create_index('ix_notification_post_id', 'notification', ['post_id'], unique=False)
    op.create_table('notification_permission',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('from_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'from_account_id', name=op.f('pk_notification_permission'))
    )
    op.create_table('notification_policy',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('for_not_following', sa.Text(), nullable=False),
    sa.Column('for_not_followers', sa.Text(), nullable=False),
    sa.Column('for_new_accounts', sa.Text(), nullable=False),
    sa.Column('for_private_mentions', sa.Text(), nullable=False),
    sa.Column('for_limited_accounts', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_notification_policy'))
    )
    op.create_table('notification_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notifications_count', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_request')),
    sa.UniqueConstraint('account_id', 'from_account_id', name=op.f('uq_notification_request_account_id_from_account_id'))
    )
    op.create_table('oauth_app',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('secret_hash', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('website', sa.Text(), nullable=True),
    sa.Column('redirect_uris_json', sa.Text(), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oauth_app')),
    sa.UniqueConstraint('client_id', name=op.f('uq_oauth_app_client_id'))
    )
    op.create_table('obligation',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('titles_json', sa.Text(), nullable=False),
    sa.Column('applies', sa.Text(), nullable=False),
    sa.Column('limit_text', sa.Text(), nullable=False),
    sa.Column('target_text', sa.Text(), nullable=False),
    sa.Column('start', sa.Text(), nullable=False),
    sa.Column('ends', sa.Text(), nullable=False),
    sa.Column('pause_json', sa.Text(), nullable=False),
    sa.Column('resume', sa.Text(), nullable=False),
    sa.Column('extend', sa.Boolean(), nullable=False),
    sa.Column('hours_json', sa.Text(), nullable=True),
    sa.Column('authorities_json', sa.Text(), nullable=False),
    sa.Column('severities_json', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('packaged', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('key', 'number', name=op.f('pk_obligation'))
    )
    op.create_table('ordered',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('silent_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('drill', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ordered'))
    )
    op.create_index('ix_ordered_author_id', 'ordered', ['author_id', 'silent_until'], unique=False)
    op.create_index('ix_ordered_order_id', 'ordered', ['order_id'], unique=False)
    op.create_index('ix_ordered_subject', 'ordered', ['subject_kind', 'ref_id', 'state'], unique=False)
    op.create_table('outbox_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_event'))
    )
    op.create_table('page_hook',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('secret_sealed', sa.Text(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_hook')),
    sa.UniqueConstraint('url', name=op.f('uq_page_hook_url'))
    )
    op.create_table('page_round',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_round'))
    )
    op.create_table('passkey_challenge',
    sa.Column('challenge', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('challenge', name=op.f('pk_passkey_challenge')),
    info={'derived': 'lives five minutes: a sign-in under way begins again'}
    )
    op.create_index('ix_passkey_challenge_expires_at', 'passkey_challenge', ['expires_at'], unique=False)
    op.create_table('pending_action',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('flagged_json', sa.Text(), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_action'))
    )
    op.create_index('ix_pending_action_due_at', 'pending_action', ['due_at'], unique=False)
    op.create_table('policy_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('keyword', sa.Text(), nullable=False),
    sa.Column('strike_weight', sa.Integer(), nullable=False),
    sa.Column('strike_days', sa.Integer(), nullable=True),
    sa.Column('label_only', sa.Boolean(), nullable=False),
    sa.Column('titles_json', sa.Text(), nullable=False),
    sa.Column('texts_json', sa.Text(), nullable=False),
    sa.Column('effective_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('published_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('published_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('superseded_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version')),
    sa.UniqueConstraint('key', 'number', name=op.f('uq_policy_version_key_number'))
    )
    op.create_table('post_keep',
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('keeper', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('post_id', 'keeper', name=op.f('pk_post_keep'))
    )
    op.create_index('ix_post_keep_keeper', 'post_keep', ['keeper'], unique=False)
    op.create_table('preservation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('placed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('released_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('release_reason', sa.Text(), nullable=False),
    sa.Column('released_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_preservation'))
    )
    op.create_index('ix_preservation_subject', 'preservation', ['subject_kind', 'ref_id', 'state'], unique=False)
    op.create_index('ix_preservation_until', 'preservation', ['state', 'until'], unique=False)
    op.create_table('preview_card',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('shown_url', sa.Text(), nullable=False),
    sa.Column('shown_hash', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('author_name', sa.Text(), nullable=False),
    sa.Column('author_url', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('published_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('image_key', sa.Text(), nullable=True),
    sa.Column('image_width', sa.Integer(), nullable=False),
    sa.Column('image_height', sa.Integer(), nullable=False),
    sa.Column('image_description', sa.Text(), nullable=False),
    sa.Column('blurhash', sa.Text(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('fetched_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('claimed_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_preview_card')),
    sa.UniqueConstraint('url', name=op.f('uq_preview_card_url'))
    )
    op.create_index('ix_preview_card_due_at', 'preview_card', ['due_at'], unique=False)
    op.create_index('ix_preview_card_shown_hash', 'preview_card', ['shown_hash'], unique=False)
    op.create_table('push_subscription',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('token_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sealed_token', sa.Text(), nullable=False),
    sa.Column('endpoint', sa.Text(), nullable=False),
    sa.Column('p256dh', sa.Text(), nullable=False),
    sa.Column('auth', sa.Text(), nullable=False),
    sa.Column('standard', sa.Boolean(), nullable=False),
    sa.Column('alerts_json', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push_subscription')),
    sa.UniqueConstraint('token_id', name=op.f('uq_push_subscription_token_id'))
    )
    op.create_index('ix_push_subscription_account_id', 'push_subscription', ['account_id'], unique=False)
    op.create_table('referral_contact',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('telephone', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_contact')),
    sa.UniqueConstraint('name', name=op.f('uq_referral_contact_name'))
    )
    op.create_table('refill',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('place', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_refill')),
    info={'derived': 'what is still to be made anew after a restore: each restore begins with all of it'}
    )
    op.create_table('rejected_sign_up',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('email_hash', sa.Text(), nullable=False),
    sa.Column('rejected_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('rejected_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejected_sign_up'))
    )
    op.create_index('ix_rejected_sign_up_email_hash', 'rejected_sign_up', ['email_hash', 'id'], unique=False)
    op.create_index('ix_rejected_sign_up_rejected_at', 'rejected_sign_up', ['rejected_at'], unique=False)
    op.create_table('reporter_record',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('upheld', sa.Integer(), nullable=False),
    sa.Column('dismissed', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'category', name=op.f('pk_reporter_record'))
    )
    op.create_table('rule_state',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('changed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('changed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_rule_state'))
    )
    op.create_table('saved_filter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('filter_json', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('account_id', 'name', name=op.f('uq_saved_filter_account_id_name'))
    )
    op.create_table('score',
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('hate', sa.Integer(), nullable=False),
    sa.Column('abuse', sa.Integer(), nullable=False),
    sa.Column('threat', sa.Integer(), nullable=False),
    sa.Column('risk', sa.Integer(), nullable=False),
    sa.Column('model', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('view', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('subject_kind', 'subject_id', 'subject_version', name=op.f('pk_score'))
    )
    op.create_table('sender',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('domains_json', sa.Text(), nullable=False),
    sa.Column('addresses_json', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('answer_to', sa.Text(), nullable=False),
    sa.Column('obligation', sa.Text(), nullable=False),
    sa.Column('limit_minutes', sa.Integer(), nullable=True),
    sa.Column('hook_url', sa.Text(), nullable=False),
    sa.Column('hook_secret_sealed', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('suspended_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sender')),
    sa.UniqueConstraint('name', name=op.f('uq_sender_name'))
    )
    op.create_table('signal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject_version', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('score_permille', sa.Integer(), nullable=False),
    sa.Column('view', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('fired_json', sa.Text(), nullable=False),
    sa.Column('may_hold', sa.Boolean(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('matrix_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal'))
    )
    op.create_index('ix_signal_name', 'signal', ['name', 'id'], unique=False)
    op.create_index('ix_signal_subject', 'signal', ['subject_kind', 'subject_id', 'id'], unique=False)
    op.create_table('signature',
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'subject_id', name=op.f('pk_signature')),
    info={'derived': 'keys of texts: made anew from the posts'},
    sqlite_with_rowid=False
    )
    op.create_table('site_end',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('ends_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('announced_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('successors_json', sa.Text(), nullable=False),
    sa.Column('before_registrations', sa.Text(), nullable=False),
    sa.Column('before_message', sa.Text(), nullable=False),
    sa.Column('reminded_days', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reminded_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('destroyed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_end'))
    )
    op.create_table('site_rule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('hint', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_rule'))
    )
    op.create_table('site_setting',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value_json', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_site_setting'))
    )
    op.create_table('site_week',
    sa.Column('begins_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('posts', sa.Integer(), nullable=False),
    sa.Column('logins', sa.Integer(), nullable=False),
    sa.Column('registrations', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('begins_at', name=op.f('pk_site_week'))
    )
    op.create_table('statement',
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('puid', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('document_json', sa.Text(), nullable=False),
    sa.Column('uuid', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('errors_json', sa.Text(), nullable=False),
    sa.Column('next_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('accepted_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_statement')),
    sa.UniqueConstraint('puid', name=op.f('uq_statement_puid'))
    )
    op.create_index('ix_statement_accepted_at', 'statement', ['accepted_at'], unique=False)
    op.create_index('ix_statement_decided_at', 'statement', ['decided_at', 'state'], unique=False)
    op.create_index('ix_statement_due', 'statement', ['state', 'next_at'], unique=False)
    op.create_table('subject',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subject')),
    sa.UniqueConstraint('kind', 'ref_id', 'version', name=op.f('uq_subject_kind_ref_id_version'))
    )
    op.create_index('ix_subject_author_id', 'subject', ['author_id', 'id'], unique=False)
    op.create_table('tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('display', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shown_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
    sa.UniqueConstraint('name', name=op.f('uq_tag_name'))
    )
    op.create_table('transparency_report',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('from_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('until_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('document_json', sa.Text(), nullable=False),
    sa.Column('archive', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('published_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('published_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transparency_report')),
    sa.UniqueConstraint('year', 'number', name=op.f('uq_transparency_report_year_number'))
    )
    op.create_table('trend_review',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reviewed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_trend_review'))
    )
    op.create_index('ix_trend_review_decision_id', 'trend_review', ['decision_id'], unique=False)
    op.create_index('ix_trend_review_state_asked_at', 'trend_review', ['state', 'asked_at'], unique=False)
    op.create_table('used_proof',
    sa.Column('proof_hash', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('proof_hash', name=op.f('pk_used_proof')),
    info={'derived': 'a puzzle is good for minutes; its own date keeps an old one from passing'}
    )
    op.create_index('ix_used_proof_expires_at', 'used_proof', ['expires_at'], unique=False)
    op.create_table('warning_preset',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_warning_preset'))
    )
    op.create_table('account_note',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_note_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_account_note_target_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'target_id', name=op.f('pk_account_note'))
    )
    op.create_table('answer_permission',
    sa.Column('sender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('given_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('given_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['sender_id'], ['sender.id'], name=op.f('fk_answer_permission_sender_id_sender')),
    sa.PrimaryKeyConstraint('sender_id', name=op.f('pk_answer_permission'))
    )
    op.create_table('bank_hit',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('manner', sa.Text(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('established', sa.Boolean(), nullable=False),
    sa.Column('swept', sa.Boolean(), nullable=False),
    sa.Column('said_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('found_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['bank_entry.id'], name=op.f('fk_bank_hit_entry_id_bank_entry')),
    sa.PrimaryKeyConstraint('entry_id', 'subject_id', name=op.f('pk_bank_hit'))
    )
    op.create_index('ix_bank_hit_account_id', 'bank_hit', ['account_id'], unique=False)
    op.create_index('ix_bank_hit_entry_id_found_at', 'bank_hit', ['entry_id', 'found_at'], unique=False)
    op.create_table('bank_sweep',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('asked_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('finished_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('queued', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['bank_entry.id'], name=op.f('fk_bank_sweep_entry_id_bank_entry')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_bank_sweep'))
    )
    op.create_index('ix_bank_sweep_unfinished', 'bank_sweep', ['asked_at'], unique=False, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
    op.create_table('barred',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_barred_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'kind', 'digest', name=op.f('pk_barred'))
    )
    op.create_index('ix_barred_digest', 'barred', ['digest'], unique=False)
    op.create_index('ix_barred_expires_at', 'barred', ['expires_at'], unique=False)
    op.create_table('block',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_block_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_block_target_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block'))
    )
    op.create_index('ix_block_target_id', 'block', ['target_id'], unique=False)
    op.create_index('uq_block_account_id_target_id', 'block', ['account_id', 'target_id'], unique=True)
    op.create_table('carried',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('ref', sa.Text(), nullable=False),
    sa.Column('document_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_carried_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carried'))
    )
    op.create_index('ix_carried_account_id_kind_id', 'carried', ['account_id', 'kind', 'id'], unique=False)
    op.create_index('ix_carried_host_ref', 'carried', ['host', 'ref'], unique=False)
    op.create_index('uq_carried', 'carried', ['account_id', 'kind', 'detail', 'host', 'ref'], unique=True)
    op.create_table('case_clock',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('obligation', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('limit_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('target', sa.Boolean(), nullable=False),
    sa.Column('ends', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('resumes_as', sa.Text(), nullable=True),
    sa.Column('pause_reason', sa.Text(), nullable=True),
    sa.Column('pause_proof', sa.Text(), nullable=True),
    sa.Column('paused_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('paused_ms', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('started_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('half_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('late_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('next_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('taken_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('taken_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('page_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('met_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_case_clock_case_id_moderation_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_clock'))
    )
    op.create_index('ix_case_clock_case_id', 'case_clock', ['case_id'], unique=False)
    op.create_index('ix_case_clock_met_at', 'case_clock', ['met_at'], unique=False)
    op.create_index('ix_case_clock_next_at', 'case_clock', ['next_at'], unique=False)
    op.create_index('ix_case_clock_page_at', 'case_clock', ['page_at'], unique=False)
    op.create_table('case_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('detail_json', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_case_event_case_id_moderation_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_event'))
    )
    op.create_index('ix_case_event_case_id', 'case_event', ['case_id', 'id'], unique=False)
    op.create_index('ix_case_event_kind', 'case_event', ['kind', 'id'], unique=False)
    op.create_table('case_lease',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('live_case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('holder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('granted_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('renewals', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('taken_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_case_lease_case_id_moderation_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_lease')),
    sa.UniqueConstraint('live_case_id', name=op.f('uq_case_lease_live_case_id'))
    )
    op.create_index('ix_case_lease_case_id', 'case_lease', ['case_id', 'id'], unique=False)
    op.create_index('ix_case_lease_ended_at', 'case_lease', ['ended_at'], unique=False)
    op.create_index('ix_case_lease_holder_id', 'case_lease', ['holder_id', 'granted_at'], unique=False)
    op.create_table('case_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_case_note_case_id_moderation_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_note'))
    )
    op.create_index('ix_case_note_case_id', 'case_note', ['case_id', 'id'], unique=False)
    op.create_table('continuation',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('username_key', sa.Text(), nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('source_account_id', sa.Text(), nullable=False),
    sa.Column('recovery_key', sa.Text(), nullable=False),
    sa.Column('proof', sa.Text(), nullable=False),
    sa.Column('challenge', sa.Text(), nullable=False),
    sa.Column('challenge_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proven_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_continuation_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'host', 'username_key', name=op.f('pk_continuation'))
    )
    op.create_index('ix_continuation_host_username_key', 'continuation', ['host', 'username_key'], unique=False)
    op.create_table('departure',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('said_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_departure_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_departure'))
    )
    op.create_table('domain_block',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('domain', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_domain_block_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_domain_block'))
    )
    op.create_index('uq_domain_block_account_id_domain', 'domain_block', ['account_id', 'domain'], unique=True)
    op.create_table('endorsement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_endorsement_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_endorsement_target_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endorsement'))
    )
    op.create_index('ix_endorsement_account_id_id', 'endorsement', ['account_id', 'id'], unique=False)
    op.create_index('ix_endorsement_target_id', 'endorsement', ['target_id'], unique=False)
    op.create_index('uq_endorsement_account_id_target_id', 'endorsement', ['account_id', 'target_id'], unique=True)
    op.create_table('featured_tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tag', sa.Text(), nullable=False),
    sa.Column('display', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_featured_tag_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_featured_tag'))
    )
    op.create_index('ix_featured_tag_account_id_id', 'featured_tag', ['account_id', 'id'], unique=False)
    op.create_index('uq_featured_tag_account_id_tag', 'featured_tag', ['account_id', 'tag'], unique=True)
    op.create_table('filter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('contexts_json', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_filter_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filter'))
    )
    op.create_index('ix_filter_account_id_id', 'filter', ['account_id', 'id'], unique=False)
    op.create_table('follow',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('show_reblogs', sa.Boolean(), nullable=False),
    sa.Column('notify', sa.Boolean(), nullable=False),
    sa.Column('languages_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_follow_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_follow_target_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow'))
    )
    op.create_index('ix_follow_account_id_id', 'follow', ['account_id', 'id'], unique=False)
    op.create_index('ix_follow_target_id_id', 'follow', ['target_id', 'id'], unique=False)
    op.create_index('uq_follow_account_id_target_id', 'follow', ['account_id', 'target_id'], unique=True)
    op.create_table('follow_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('show_reblogs', sa.Boolean(), nullable=False),
    sa.Column('notify', sa.Boolean(), nullable=False),
    sa.Column('languages_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_follow_request_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_follow_request_target_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_request'))
    )
    op.create_index('ix_follow_request_target_id_id', 'follow_request', ['target_id', 'id'], unique=False)
    op.create_index('uq_follow_request_account_id_target_id', 'follow_request', ['account_id', 'target_id'], unique=True)
    op.create_table('former_name',
    sa.Column('username_key', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('left_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_former_name_account_id_account')),
    sa.PrimaryKeyConstraint('username_key', name=op.f('pk_former_name'))
    )
    op.create_index('ix_former_name_account_id', 'former_name', ['account_id', 'left_at'], unique=False)
    op.create_table('home_entry',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('original_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_home_entry_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'post_id', name=op.f('pk_home_entry')),
    info={'derived': 'home timelines: made anew from follows and posts'},
    sqlite_with_rowid=False
    )
    op.create_index('ix_home_entry_original', 'home_entry', ['original_id', 'account_id'], unique=False)
    op.create_index('ix_home_entry_post_id', 'home_entry', ['post_id'], unique=False)
    op.create_table('idempotency',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_idempotency_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'key', name=op.f('pk_idempotency'))
    )
    op.create_index('ix_idempotency_created_at', 'idempotency', ['created_at'], unique=False)
    op.create_table('import_run',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('with_profile', sa.Boolean(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('source_account_id', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('made_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lines', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('done', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('report_json', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claimed_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_import_run_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run'))
    )
    op.create_index('ix_import_run_account_id', 'import_run', ['account_id', 'id'], unique=False)
    op.create_index('ix_import_run_state', 'import_run', ['state', 'claimed_until'], unique=False)
    op.create_table('imported_file',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('source_id', sa.Text(), nullable=False),
    sa.Column('media_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_imported_file_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'host', 'source_id', name=op.f('pk_imported_file'))
    )
    op.create_table('intake',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('reporter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('contact_sealed', sa.Text(), nullable=True),
    sa.Column('contact_hash', sa.Text(), nullable=True),
    sa.Column('source_hash', sa.Text(), nullable=True),
    sa.Column('provider', sa.Text(), nullable=True),
    sa.Column('provider_reference', sa.Text(), nullable=True),
    sa.Column('provider_clause', sa.Text(), nullable=True),
    sa.Column('surface_profile', sa.Text(), nullable=True),
    sa.Column('raw_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('raw_hash', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('harm', sa.Text(), nullable=False),
    sa.Column('threat_to_life', sa.Boolean(), nullable=False),
    sa.Column('good_faith', sa.Boolean(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('rule_ids_json', sa.Text(), nullable=False),
    sa.Column('forward', sa.Boolean(), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('independent_of', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('weight_permille', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('policy', sa.Text(), nullable=True),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('score_permille', sa.Integer(), nullable=True),
    sa.Column('signal_ids_json', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('told_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('received_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_intake_case_id_moderation_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_intake_token_hash'))
    )
    op.create_index('ix_intake_case_id', 'intake', ['case_id', 'id'], unique=False)
    op.create_index('ix_intake_contact_hash', 'intake', ['contact_hash', 'id'], unique=False)
    op.create_index('ix_intake_received_at', 'intake', ['received_at'], unique=False)
    op.create_index('ix_intake_reporter_id', 'intake', ['reporter_id', 'id'], unique=False)
    op.create_index('ix_intake_source_hash', 'intake', ['source_hash', 'id'], unique=False)
    op.create_index('ix_intake_target_id', 'intake', ['target_id', 'id'], unique=False)
    op.create_table('invite',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('creator_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('max_uses', sa.Integer(), nullable=True),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('autofollow', sa.Boolean(), nullable=False),
    sa.Column('revoked_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['creator_id'], ['account.id'], name=op.f('fk_invite_creator_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invite')),
    sa.UniqueConstraint('code', name=op.f('uq_invite_code'))
    )
    op.create_index('ix_invite_creator_id', 'invite', ['creator_id', 'id'], unique=False)
    op.create_table('large_author',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('since_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_large_author_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_large_author')),
    info={'derived': 'who has many followers: counted anew from the follows'}
    )
    op.create_table('letter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('dedupe_key', sa.Text(), nullable=False),
    sa.Column('request_key', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('mime', sa.Text(), nullable=False),
    sa.Column('raw_hash', sa.Text(), nullable=False),
    sa.Column('raw_size', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('refusal', sa.Text(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('threat_to_life', sa.Boolean(), nullable=False),
    sa.Column('sender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('proof', sa.Text(), nullable=False),
    sa.Column('thread_key', sa.Text(), nullable=False),
    sa.Column('message_key', sa.Text(), nullable=False),
    sa.Column('contact_hash', sa.Text(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('faults_json', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=True),
    sa.Column('by_account', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('drill', sa.Boolean(), nullable=False),
    sa.Column('received_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stored_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('opened_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('receipt_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('answered_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['sender_id'], ['sender.id'], name=op.f('fk_letter_sender_id_sender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_letter_dedupe_key')),
    sa.UniqueConstraint('reference', name=op.f('uq_letter_reference')),
    sa.UniqueConstraint('request_key', name=op.f('uq_letter_request_key')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_letter_token_hash'))
    )
    op.create_index('ix_letter_case_id', 'letter', ['case_id'], unique=False)
    op.create_index('ix_letter_contact_hash', 'letter', ['contact_hash', 'received_at'], unique=False)
    op.create_index('ix_letter_message_key', 'letter', ['message_key'], unique=False)
    op.create_index('ix_letter_sender_id', 'letter', ['sender_id', 'received_at'], unique=False)
    op.create_index('ix_letter_state', 'letter', ['state', 'received_at'], unique=False)
    op.create_index('ix_letter_stored_at', 'letter', ['stored_at'], unique=False)
    op.create_index('ix_letter_thread_key', 'letter', ['thread_key'], unique=False)
    op.create_table('link_check',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('checked_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_link_check_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'url', name=op.f('pk_link_check'))
    )
    op.create_index('ix_link_check_due_at', 'link_check', ['due_at'], unique=False)
    op.create_table('list',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('replies_policy', sa.Text(), nullable=False),
    sa.Column('exclusive', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_list_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list'))
    )
    op.create_index('ix_list_account_id', 'list', ['account_id', 'id'], unique=False)
    op.create_table('login',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('email_key', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('confirmed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('totp_secret', sa.Text(), nullable=True),
    sa.Column('totp_step', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_used_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('invite_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('proven', sa.Boolean(), nullable=False),
    sa.Column('expand_media', sa.Text(), nullable=False),
    sa.Column('expand_spoilers', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_login_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_login')),
    sa.UniqueConstraint('email_key', name=op.f('uq_login_email_key'))
    )
    op.create_index('ix_login_last_used_at', 'login', ['last_used_at'], unique=False)
    op.create_table('mail_token',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mail_token_account_id_account')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_mail_token'))
    )
    op.create_index('ix_mail_token_account_id', 'mail_token', ['account_id'], unique=False)
    op.create_index('ix_mail_token_expires_at', 'mail_token', ['expires_at'], unique=False)
    op.create_table('marker',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('timeline', sa.Text(), nullable=False),
    sa.Column('last_read_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_marker_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'timeline', name=op.f('pk_marker'))
    )
    op.create_table('media',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=True),
    sa.Column('file_key', sa.Text(), nullable=True),
    sa.Column('preview_key', sa.Text(), nullable=True),
    sa.Column('mime', sa.Text(), nullable=False),
    sa.Column('meta', sa.Text(), nullable=False),
    sa.Column('blurhash', sa.Text(), nullable=True),
    sa.Column('sent_sha256', sa.Text(), nullable=True),
    sa.Column('file_sha256', sa.Text(), nullable=True),
    sa.Column('looks', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('loose_since', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('claimed_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_media_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media'))
    )
    op.create_index('ix_media_account_id_id', 'media', ['account_id', 'id'], unique=False)
    op.create_index('ix_media_file_sha256', 'media', ['file_sha256'], unique=False)
    op.create_index('ix_media_loose_since', 'media', ['loose_since'], unique=False)
    op.create_index('ix_media_post_id_position', 'media', ['post_id', 'position'], unique=False)
    op.create_index('ix_media_sent_sha256', 'media', ['sent_sha256'], unique=False)
    op.create_index('ix_media_state_claimed_until', 'media', ['state', 'claimed_until'], unique=False)
    op.create_index('ix_media_unprinted', 'media', ['id'], unique=False, sqlite_where=sa.text('file_sha256 IS NULL AND file_key IS NOT NULL'), postgresql_where=sa.text('file_sha256 IS NULL AND file_key IS NOT NULL'))
    op.create_table('mute',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hide_notifications', sa.Boolean(), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mute_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_mute_target_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mute'))
    )
    op.create_index('ix_mute_expires_at', 'mute', ['expires_at'], unique=False)
    op.create_index('uq_mute_account_id_target_id', 'mute', ['account_id', 'target_id'], unique=True)
    op.create_table('oauth_code',
    sa.Column('code_hash', sa.Text(), nullable=False),
    sa.Column('app_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('redirect_uri', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('challenge', sa.Text(), nullable=True),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_oauth_code_account_id_account')),
    sa.ForeignKeyConstraint(['app_id'], ['oauth_app.id'], name=op.f('fk_oauth_code_app_id_oauth_app')),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_oauth_code'))
    )
    op.create_index('ix_oauth_code_expires_at', 'oauth_code', ['expires_at'], unique=False)
    op.create_table('oauth_token',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('app_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_used_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_oauth_token_account_id_account')),
    sa.ForeignKeyConstraint(['app_id'], ['oauth_app.id'], name=op.f('fk_oauth_token_app_id_oauth_app')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oauth_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_oauth_token_token_hash'))
    )
    op.create_index('ix_oauth_token_account_id', 'oauth_token', ['account_id'], unique=False)
    op.create_table('outbox_delivery',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscriber', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('available_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('dead_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['outbox_event.id'], name=op.f('fk_outbox_delivery_event_id_outbox_event')),
    sa.PrimaryKeyConstraint('event_id', 'subscriber', name=op.f('pk_outbox_delivery'))
    )
    op.create_index('ix_outbox_delivery_due', 'outbox_delivery', ['subscriber', 'dead_at', 'available_at', 'event_id'], unique=False)
    op.create_table('page_call',
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['page_round.id'], name=op.f('fk_page_call_round_id_page_round')),
    sa.PrimaryKeyConstraint('round_id', 'channel', 'target_id', name=op.f('pk_page_call'))
    )
    op.create_table('passkey',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('credential_id', sa.Text(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('sign_count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_used_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_index('ix_passkey_account_id', 'passkey', ['account_id'], unique=False)
    op.create_table('poll',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('closed_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('multiple', sa.Boolean(), nullable=False),
    sa.Column('hide_totals', sa.Boolean(), nullable=False),
    sa.Column('voters_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_poll_author_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_poll')),
    sa.UniqueConstraint('post_id', name=op.f('uq_poll_post_id'))
    )
    op.create_index('ix_poll_closed_at_expires_at', 'poll', ['closed_at', 'expires_at'], unique=False)
    op.create_table('post',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('spoiler_text', sa.Text(), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.Column('visibility', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('in_reply_to_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('in_reply_to_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('thread_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reblog_of_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('poll_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('has_media', sa.Boolean(), nullable=False),
    sa.Column('app_name', sa.Text(), nullable=True),
    sa.Column('app_website', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('limited', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('marked_sensitive', sa.Boolean(), server_default=sa.text('(false)'), nullable=False),
    sa.Column('labels_json', sa.Text(), server_default='[]', nullable=False),
    sa.Column('announced', sa.Boolean(), server_default=sa.text('(true)'), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('edited_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('deleted_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('replies_count', sa.Integer(), nullable=False),
    sa.Column('reblogs_count', sa.Integer(), nullable=False),
    sa.Column('favourites_count', sa.Integer(), nullable=False),
    sa.Column('import_key', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_post_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post')),
    sa.UniqueConstraint('import_key', name=op.f('uq_post_import_key'))
    )
    op.create_index('ix_post_account_id_id', 'post', ['account_id', 'id'], unique=False)
    op.create_index('ix_post_deleted_at', 'post', ['deleted_at'], unique=False, sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_post_in_reply_to_id', 'post', ['in_reply_to_id'], unique=False)
    op.create_index('ix_post_own_echo', 'post', ['account_id', 'reblog_of_id'], unique=False, sqlite_where=sa.text('reblog_of_id IS NOT NULL AND deleted_at IS NULL'), postgresql_where=sa.text('reblog_of_id IS NOT NULL AND deleted_at IS NULL'))
    op.create_index('ix_post_public', 'post', ['visibility', 'id'], unique=False)
    op.create_index('ix_post_thread_id_id', 'post', ['thread_id', 'id'], unique=False)
    op.create_index('uq_post_echo', 'post', ['reblog_of_id', 'account_id'], unique=True, sqlite_where=sa.text('reblog_of_id IS NOT NULL AND deleted_at IS NULL'), postgresql_where=sa.text('reblog_of_id IS NOT NULL AND deleted_at IS NULL'))
    op.create_table('post_origin',
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('source_id', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('reply_json', sa.Text(), nullable=True),
    sa.Column('reply_host', sa.Text(), nullable=True),
    sa.Column('reply_id', sa.Text(), nullable=True),
    sa.Column('mentions_json', sa.Text(), nullable=False),
    sa.Column('counts_json', sa.Text(), nullable=False),
    sa.Column('imported_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_post_origin_account_id_account')),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_post_origin'))
    )
    op.create_index('ix_post_origin_account_id', 'post_origin', ['account_id', 'post_id'], unique=False)
    op.create_index('ix_post_origin_host_source_id', 'post_origin', ['host', 'source_id'], unique=False)
    op.create_index('ix_post_origin_reply', 'post_origin', ['reply_host', 'reply_id'], unique=False)
    op.create_table('post_preview',
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('card_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['card_id'], ['preview_card.id'], name=op.f('fk_post_preview_card_id_preview_card')),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_post_preview'))
    )
    op.create_index('ix_post_preview_card_id', 'post_preview', ['card_id'], unique=False)
    op.create_table('recovery_code',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('code_hash', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'code_hash', name=op.f('pk_recovery_code'))
    )
    op.create_table('recovery_key',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('proof', sa.Text(), nullable=False),
    sa.Column('registered_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_key_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_recovery_key'))
    )
    op.create_table('referral',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_name', sa.Text(), nullable=False),
    sa.Column('send_to', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('pack_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped_key', sa.Text(), nullable=False),
    sa.Column('pack_hash', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('receipt', sa.Text(), nullable=False),
    sa.Column('receipt_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('receipt_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('drill', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['referral_contact.id'], name=op.f('fk_referral_contact_id_referral_contact')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral')),
    sa.UniqueConstraint('reference', name=op.f('uq_referral_reference'))
    )
    op.create_index('ix_referral_case_id', 'referral', ['case_id'], unique=False)
    op.create_index('ix_referral_made_at', 'referral', ['made_at'], unique=False)
    op.create_table('scheduled_post',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scheduled_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('draft_json', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_scheduled_post_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheduled_post'))
    )
    op.create_index('ix_scheduled_post_account_id_id', 'scheduled_post', ['account_id', 'id'], unique=False)
    op.create_index('ix_scheduled_post_scheduled_at', 'scheduled_post', ['scheduled_at'], unique=False)
    op.create_table('sender_token',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('sender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_used_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('revoked_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['sender_id'], ['sender.id'], name=op.f('fk_sender_token_sender_id_sender')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sender_token'))
    )
    op.create_index('ix_sender_token_sender_id', 'sender_token', ['sender_id'], unique=False)
    op.create_table('session',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_agent', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_used_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_session_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_session_token_hash'))
    )
    op.create_index('ix_session_account_id', 'session', ['account_id'], unique=False)
    op.create_table('snapshot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped_key', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subject_id'], ['subject.id'], name=op.f('fk_snapshot_subject_id_subject')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
    sa.UniqueConstraint('subject_id', 'digest', name=op.f('uq_snapshot_subject_id_digest'))
    )
    op.create_table('suggestion_dismissal',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_suggestion_dismissal_account_id_account')),
    sa.ForeignKeyConstraint(['target_id'], ['account.id'], name=op.f('fk_suggestion_dismissal_target_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'target_id', name=op.f('pk_suggestion_dismissal'))
    )
    op.create_table('tag_follow',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tag', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_tag_follow_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag_follow'))
    )
    op.create_index('ix_tag_follow_tag', 'tag_follow', ['tag'], unique=False)
    op.create_index('uq_tag_follow_account_id_tag', 'tag_follow', ['account_id', 'tag'], unique=True)
    op.create_table('thread_mute',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('thread_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_thread_mute_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'thread_id', name=op.f('pk_thread_mute'))
    )
    op.create_table('answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('replaces', sa.Integer(), nullable=True),
    sa.Column('changed_json', sa.Text(), nullable=False),
    sa.Column('template_version', sa.Integer(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('wanted_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('subject_sealed', sa.Text(), nullable=False),
    sa.Column('body_sealed', sa.Text(), nullable=False),
    sa.Column('outcome_json', sa.Text(), nullable=False),
    sa.Column('outcome_csv', sa.Text(), nullable=False),
    sa.Column('facts_key', sa.Text(), nullable=False),
    sa.Column('pending', sa.Integer(), nullable=False),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('approved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('to_sealed', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('next_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('delivered_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_answer_letter_id_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('letter_id', 'number', name=op.f('uq_answer_letter_id_number'))
    )
    op.create_index('ix_answer_due', 'answer', ['state', 'next_at'], unique=False)
    op.create_index('ix_answer_message_id', 'answer', ['message_id'], unique=False)
    op.create_table('bookmark',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_bookmark_account_id_account')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_bookmark_post_id_post')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bookmark'))
    )
    op.create_index('ix_bookmark_account_id_id', 'bookmark', ['account_id', 'id'], unique=False)
    op.create_index('uq_bookmark_account_id_post_id', 'bookmark', ['account_id', 'post_id'], unique=True)
    op.create_table('case_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('snapshot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('resolution', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('duplicate_of', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('evidence_hash', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('settled_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('settled_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_case_item_case_id_moderation_case')),
    sa.ForeignKeyConstraint(['duplicate_of'], ['case_item.id'], name=op.f('fk_case_item_duplicate_of_case_item')),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshot.id'], name=op.f('fk_case_item_snapshot_id_snapshot')),
    sa.ForeignKeyConstraint(['subject_id'], ['subject.id'], name=op.f('fk_case_item_subject_id_subject')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_item')),
    sa.UniqueConstraint('case_id', 'subject_id', name=op.f('uq_case_item_case_id_subject_id'))
    )
    op.create_index('ix_case_item_decision_id', 'case_item', ['decision_id'], unique=False)
    op.create_index('ix_case_item_subject_id', 'case_item', ['subject_id'], unique=False)
    op.create_table('clock_page',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('clock_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('obligation', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('repeat', sa.Integer(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_clock_page_case_id_moderation_case')),
    sa.ForeignKeyConstraint(['clock_id'], ['case_clock.id'], name=op.f('fk_clock_page_clock_id_case_clock')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_page'))
    )
    op.create_index('ix_clock_page_clock_id', 'clock_page', ['clock_id', 'id'], unique=False)
    op.create_index('ix_clock_page_round_id', 'clock_page', ['round_id', 'id'], unique=False)
    op.create_table('filter_keyword',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('filter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('keyword', sa.Text(), nullable=False),
    sa.Column('whole_word', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['filter_id'], ['filter.id'], name=op.f('fk_filter_keyword_filter_id_filter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filter_keyword'))
    )
    op.create_index('ix_filter_keyword_filter_id_id', 'filter_keyword', ['filter_id', 'id'], unique=False)
    op.create_table('filter_status',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('filter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['filter_id'], ['filter.id'], name=op.f('fk_filter_status_filter_id_filter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filter_status'))
    )
    op.create_index('uq_filter_status_filter_id_post_id', 'filter_status', ['filter_id', 'post_id'], unique=True)
    op.create_table('letter_item',
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('pointer', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('seen_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('place_key', sa.Text(), nullable=False),
    sa.Column('resolution', sa.Text(), nullable=False),
    sa.Column('outcome_hint', sa.Text(), nullable=False),
    sa.Column('same_as', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('masked', sa.Boolean(), nullable=False),
    sa.Column('state_before', sa.Text(), nullable=False),
    sa.Column('held_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('swept', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_item_letter_id_letter')),
    sa.PrimaryKeyConstraint('letter_id', 'number', name=op.f('pk_letter_item'))
    )
    op.create_index('ix_letter_item_item_id', 'letter_item', ['item_id'], unique=False)
    op.create_index('ix_letter_item_step', 'letter_item', ['letter_id', 'step', 'number'], unique=False)
    op.create_table('letter_raw',
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped_key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_raw_letter_id_letter')),
    sa.PrimaryKeyConstraint('letter_id', name=op.f('pk_letter_raw'))
    )
    op.create_table('letter_read',
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped_key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letter_read_letter_id_letter')),
    sa.PrimaryKeyConstraint('letter_id', name=op.f('pk_letter_read'))
    )
    op.create_table('list_member',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_list_member_account_id_account')),
    sa.ForeignKeyConstraint(['list_id'], ['list.id'], name=op.f('fk_list_member_list_id_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_member'))
    )
    op.create_index('ix_list_member_account_id', 'list_member', ['account_id'], unique=False)
    op.create_index('uq_list_member_list_id_account_id', 'list_member', ['list_id', 'account_id'], unique=True)
    op.create_table('poll_option',
    sa.Column('poll_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('votes_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_option_poll_id_poll')),
    sa.PrimaryKeyConstraint('poll_id', 'position', name=op.f('pk_poll_option'))
    )
    op.create_table('poll_vote',
    sa.Column('poll_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_poll_vote_account_id_account')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_vote_poll_id_poll')),
    sa.PrimaryKeyConstraint('poll_id', 'account_id', 'position', name=op.f('pk_poll_vote'))
    )
    op.create_index('ix_poll_vote_account_id', 'poll_vote', ['account_id', 'poll_id'], unique=False)
    op.create_table('post_edit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('spoiler_text', sa.Text(), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.Column('media_json', sa.Text(), nullable=False),
    sa.Column('options_json', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_edit_post_id_post')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_edit'))
    )
    op.create_index('ix_post_edit_post_id_id', 'post_edit', ['post_id', 'id'], unique=False)
    op.create_table('post_mention',
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_post_mention_account_id_account')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_mention_post_id_post')),
    sa.PrimaryKeyConstraint('post_id', 'account_id', name=op.f('pk_post_mention'))
    )
    op.create_index('ix_post_mention_account_id', 'post_mention', ['account_id', 'post_id'], unique=False)
    op.create_table('post_pin',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_post_pin_account_id_account')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_pin_post_id_post')),
    sa.PrimaryKeyConstraint('account_id', 'post_id', name=op.f('pk_post_pin'))
    )
    op.create_table('post_tag',
    sa.Column('tag_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_tag_post_id_post')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_post_tag_tag_id_tag')),
    sa.PrimaryKeyConstraint('tag_id', 'post_id', name=op.f('pk_post_tag'))
    )
    op.create_index('ix_post_tag_post_id', 'post_tag', ['post_id'], unique=False)
    op.create_table('referral_access',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('referral_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_access_referral_id_referral')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_access'))
    )
    op.create_index('ix_referral_access_referral_id', 'referral_access', ['referral_id', 'id'], unique=False)
    op.create_table('removal_order',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('fields_sealed', sa.Text(), nullable=False),
    sa.Column('sender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('first', sa.Boolean(), nullable=False),
    sa.Column('contact_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('emergency', sa.Boolean(), nullable=False),
    sa.Column('cross_border', sa.Boolean(), nullable=False),
    sa.Column('silent', sa.Boolean(), nullable=False),
    sa.Column('silent_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('silence_extended', sa.Boolean(), nullable=False),
    sa.Column('received_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('review_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('scrutiny_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('done_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('verified_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('verified_how', sa.Text(), nullable=False),
    sa.Column('verified_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ended_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=False),
    sa.Column('drill', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_removal_order_letter_id_letter')),
    sa.ForeignKeyConstraint(['sender_id'], ['sender.id'], name=op.f('fk_removal_order_sender_id_sender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_removal_order')),
    sa.UniqueConstraint('letter_id', name=op.f('uq_removal_order_letter_id'))
    )
    op.create_index('ix_removal_order_authority', 'removal_order', ['authority', 'id'], unique=False)
    op.create_index('ix_removal_order_case_id', 'removal_order', ['case_id'], unique=False)
    op.create_index('ix_removal_order_state', 'removal_order', ['state', 'id'], unique=False)
    op.create_table('snapshot_access',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('snapshot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshot.id'], name=op.f('fk_snapshot_access_snapshot_id_snapshot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot_access'))
    )
    op.create_index('ix_snapshot_access_snapshot_id', 'snapshot_access', ['snapshot_id', 'id'], unique=False)
    op.create_table('vote',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_vote_account_id_account')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_vote_post_id_post')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vote'))
    )
    op.create_index('ix_vote_account_id_id', 'vote', ['account_id', 'id'], unique=False)
    op.create_index('ix_vote_post_id_id', 'vote', ['post_id', 'id'], unique=False)
    op.create_index('uq_vote_account_id_post_id', 'vote', ['account_id', 'post_id'], unique=True)
    op.create_table('answer_file',
    sa.Column('answer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('mime', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['answer.id'], name=op.f('fk_answer_file_answer_id_answer')),
    sa.PrimaryKeyConstraint('answer_id', 'name', name=op.f('pk_answer_file'))
    )
    op.create_table('decision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('batch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batch_key', sa.Text(), nullable=True),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_ref', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject_version', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('snapshot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('carries_strike', sa.Boolean(), nullable=False),
    sa.Column('panel_ids', sa.Text(), nullable=False),
    sa.Column('policy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('supersedes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('appeal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('signal_ids_json', sa.Text(), nullable=False),
    sa.Column('provider_clauses_json', sa.Text(), nullable=False),
    sa.Column('surface_profile', sa.Text(), nullable=True),
    sa.Column('decision_visibility_json', sa.Text(), nullable=False),
    sa.Column('decision_visibility_other', sa.Text(), nullable=True),
    sa.Column('decision_monetary', sa.Text(), nullable=True),
    sa.Column('decision_monetary_other', sa.Text(), nullable=True),
    sa.Column('decision_provision', sa.Text(), nullable=True),
    sa.Column('decision_account', sa.Text(), nullable=True),
    sa.Column('account_type', sa.Text(), nullable=True),
    sa.Column('end_visibility_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('end_monetary_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('end_service_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('end_account_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision_ground', sa.Text(), nullable=True),
    sa.Column('legal_ground', sa.Text(), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('incompatible_content_illegal', sa.Boolean(), nullable=False),
    sa.Column('decision_ground_reference_url', sa.Text(), nullable=True),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('category_addition_json', sa.Text(), nullable=False),
    sa.Column('category_specification_json', sa.Text(), nullable=False),
    sa.Column('category_specification_other', sa.Text(), nullable=True),
    sa.Column('content_type_json', sa.Text(), nullable=False),
    sa.Column('content_type_other', sa.Text(), nullable=True),
    sa.Column('content_date', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('application_date', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content_language', sa.Text(), nullable=True),
    sa.Column('territorial_scope_json', sa.Text(), nullable=False),
    sa.Column('content_id_json', sa.Text(), nullable=False),
    sa.Column('source_type', sa.Text(), nullable=False),
    sa.Column('source_identity', sa.Text(), nullable=True),
    sa.Column('automated_detection', sa.Boolean(), nullable=False),
    sa.Column('automated_decision', sa.Text(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('public_facts', sa.Text(), nullable=False),
    sa.Column('puid', sa.Text(), nullable=False),
    sa.Column('drill', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("outcome <> 'restricted' OR snapshot_id IS NOT NULL", name=op.f('ck_decision_snapshot_first')),
    sa.CheckConstraint("outcome = 'no_violation' OR outcome = 'reversed' OR (policy_id IS NOT NULL AND decision_ground IS NOT NULL AND facts <> '' AND explanation <> '' AND category IS NOT NULL)", name=op.f('ck_decision_stated')),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_decision_case_id_moderation_case')),
    sa.ForeignKeyConstraint(['item_id'], ['case_item.id'], name=op.f('fk_decision_item_id_case_item')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy_version.id'], name=op.f('fk_decision_policy_id_policy_version')),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshot.id'], name=op.f('fk_decision_snapshot_id_snapshot')),
    sa.ForeignKeyConstraint(['supersedes'], ['decision.id'], name=op.f('fk_decision_supersedes_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('batch_key', name=op.f('uq_decision_batch_key')),
    sa.UniqueConstraint('puid', name=op.f('uq_decision_puid'))
    )
    op.create_index('ix_decision_actor_id', 'decision', ['actor_id', 'id'], unique=False)
    op.create_index('ix_decision_author_id', 'decision', ['author_id', 'id'], unique=False)
    op.create_index('ix_decision_batch_id', 'decision', ['batch_id', 'id'], unique=False)
    op.create_index('ix_decision_case_id', 'decision', ['case_id', 'id'], unique=False)
    op.create_index('ix_decision_policy_id', 'decision', ['policy_id', 'id'], unique=False)
    op.create_index('ix_decision_subject', 'decision', ['subject_kind', 'subject_ref', 'id'], unique=False)
    op.create_index('ix_decision_supersedes', 'decision', ['supersedes'], unique=False)
    op.create_table('intake_item',
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_intake_item_intake_id_intake')),
    sa.ForeignKeyConstraint(['item_id'], ['case_item.id'], name=op.f('fk_intake_item_item_id_case_item')),
    sa.PrimaryKeyConstraint('intake_id', 'item_id', name=op.f('pk_intake_item'))
    )
    op.create_index('ix_intake_item_item_id', 'intake_item', ['item_id'], unique=False)
    op.create_table('order_answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('annex', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('facts_json', sa.Text(), nullable=False),
    sa.Column('send_to', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sent_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['removal_order.id'], name=op.f('fk_order_answer_order_id_removal_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_answer'))
    )
    op.create_index('ix_order_answer_order_id', 'order_answer', ['order_id', 'id'], unique=False)
    op.create_table('order_conflict',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('other_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('noted_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('settled_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('settled_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['removal_order.id'], name=op.f('fk_order_conflict_order_id_removal_order')),
    sa.ForeignKeyConstraint(['other_id'], ['removal_order.id'], name=op.f('fk_order_conflict_other_id_removal_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_conflict')),
    sa.UniqueConstraint('order_id', 'other_id', 'subject_kind', 'ref_id', name=op.f('uq_order_conflict_order_id_other_id_subject_kind_ref_id'))
    )
    op.create_index('ix_order_conflict_other_id', 'order_conflict', ['other_id'], unique=False)
    op.create_table('removal_order_item',
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('hold_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('done_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['removal_order.id'], name=op.f('fk_removal_order_item_order_id_removal_order')),
    sa.PrimaryKeyConstraint('order_id', 'subject_kind', 'ref_id', name=op.f('pk_removal_order_item'))
    )
    op.create_index('ix_removal_order_item_subject', 'removal_order_item', ['subject_kind', 'ref_id'], unique=False)
    op.create_table('appeal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_ref', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('appellant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('original_decider_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('excluded_ids', sa.Text(), nullable=False),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('assigned_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('read_verdict', sa.Text(), nullable=True),
    sa.Column('read_note', sa.Text(), nullable=False),
    sa.Column('read_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('outcome_text', sa.Text(), nullable=False),
    sa.Column('result_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("reviewer_id IS NULL OR excluded_ids NOT LIKE '%,' || CAST(reviewer_id AS TEXT) || ',%'", name=op.f('ck_appeal_not_of_the_panel')),
    sa.CheckConstraint("state NOT IN ('upheld', 'overturned', 'partly') OR (reviewer_id IS NOT NULL AND read_at IS NOT NULL)", name=op.f('ck_appeal_read_blind_first')),
    sa.CheckConstraint('reviewer_id IS NULL OR original_decider_id IS NULL OR reviewer_id <> original_decider_id', name=op.f('ck_appeal_different_person')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_appeal_decision_id_decision')),
    sa.ForeignKeyConstraint(['result_id'], ['decision.id'], name=op.f('fk_appeal_result_id_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sa.UniqueConstraint('key', name=op.f('uq_appeal_key')),
    info={'reread': True}
    )
    op.create_index('ix_appeal_appellant_id', 'appeal', ['appellant_id', 'id'], unique=False)
    op.create_index('ix_appeal_decided_at', 'appeal', ['decided_at'], unique=False)
    op.create_index('ix_appeal_decision_id', 'appeal', ['decision_id'], unique=False)
    op.create_index('ix_appeal_intake_id', 'appeal', ['intake_id'], unique=False)
    op.create_index('ix_appeal_reviewer_id', 'appeal', ['reviewer_id', 'state'], unique=False)
    op.create_index('ix_appeal_state', 'appeal', ['state', 'due_at'], unique=False)
    op.create_index('ix_appeal_subject', 'appeal', ['subject_kind', 'subject_ref'], unique=False)
    op.create_table('appeal_token',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('expires_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_appeal_token_decision_id_decision')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_appeal_token'))
    )
    op.create_index('ix_appeal_token_decision_id', 'appeal_token', ['decision_id'], unique=False)
    op.create_index('ix_appeal_token_expires_at', 'appeal_token', ['expires_at'], unique=False)
    op.create_table('misuse_measure',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('party_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('of_all', sa.Integer(), nullable=False),
    sa.Column('gravity', sa.Text(), nullable=False),
    sa.Column('intent', sa.Text(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('warning_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ended_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind <> 'suspension' OR (until IS NOT NULL AND warning_id IS NOT NULL)", name=op.f('ck_misuse_measure_warned_and_bounded')),
    sa.CheckConstraint("reasons <> '' AND gravity <> '' AND intent <> ''", name=op.f('ck_misuse_measure_weighed')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_misuse_measure_decision_id_decision')),
    sa.ForeignKeyConstraint(['warning_id'], ['misuse_measure.id'], name=op.f('fk_misuse_measure_warning_id_misuse_measure')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_misuse_measure'))
    )
    op.create_index('ix_misuse_measure_created_at', 'misuse_measure', ['created_at'], unique=False)
    op.create_index('ix_misuse_measure_party', 'misuse_measure', ['party', 'party_id', 'role', 'state'], unique=False)
    op.create_index('ix_misuse_measure_until', 'misuse_measure', ['state', 'until'], unique=False)
    op.create_table('moderation_action',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('forward_json', sa.Text(), nullable=False),
    sa.Column('inverse_json', sa.Text(), nullable=False),
    sa.Column('surface_profile', sa.Text(), nullable=True),
    sa.Column('window_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('starts_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ends_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('permanent', sa.Boolean(), nullable=False),
    sa.Column('reversed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('permanent = (ends_at IS NULL)', name=op.f('ck_moderation_action_ends_on_purpose')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_moderation_action_decision_id_decision')),
    sa.ForeignKeyConstraint(['reversed_by'], ['decision.id'], name=op.f('fk_moderation_action_reversed_by_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_action')),
    sa.UniqueConstraint('key', name=op.f('uq_moderation_action_key'))
    )
    op.create_index('ix_moderation_action_decision_id', 'moderation_action', ['decision_id'], unique=False)
    op.create_index('ix_moderation_action_due', 'moderation_action', ['state', 'ends_at'], unique=False)
    op.create_index('ix_moderation_action_subject', 'moderation_action', ['subject_kind', 'ref_id', 'state'], unique=False)
    op.create_table('notice_out',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('appeal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('template_version', sa.Integer(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('order_reference', sa.Text(), nullable=True),
    sa.Column('suppressed_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('next_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sent_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('delivered_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("state <> 'suppressed' OR order_reference IS NOT NULL", name=op.f('ck_notice_out_suppressed_by_order')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_notice_out_decision_id_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_out')),
    sa.UniqueConstraint('key', name=op.f('uq_notice_out_key'))
    )
    op.create_index('ix_notice_out_account_id', 'notice_out', ['account_id', 'id'], unique=False)
    op.create_index('ix_notice_out_appeal_id', 'notice_out', ['appeal_id'], unique=False)
    op.create_index('ix_notice_out_decision_id', 'notice_out', ['decision_id'], unique=False)
    op.create_index('ix_notice_out_due', 'notice_out', ['state', 'next_at'], unique=False)
    op.create_table('retention',
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('ref_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('due_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('skipped', sa.Text(), nullable=False),
    sa.Column('purged_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_retention_decision_id_decision')),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_retention'))
    )
    op.create_index('ix_retention_due', 'retention', ['state', 'due_at'], unique=False)
    op.create_table('strike',
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('policy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('permanent', sa.Boolean(), nullable=False),
    sa.Column('reversed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('permanent = (until IS NULL)', name=op.f('ck_strike_ends_on_purpose')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_strike_decision_id_decision')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy_version.id'], name=op.f('fk_strike_policy_id_policy_version')),
    sa.ForeignKeyConstraint(['reversed_by'], ['decision.id'], name=op.f('fk_strike_reversed_by_decision')),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_strike'))
    )
    op.create_index('ix_strike_account_id', 'strike', ['account_id', 'decision_id'], unique=False)
    op.create_table('appeal_exception',
    sa.Column('appeal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('published_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ended_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['appeal_id'], ['appeal.id'], name=op.f('fk_appeal_exception_appeal_id_appeal')),
    sa.PrimaryKeyConstraint('appeal_id', name=op.f('pk_appeal_exception'))
    )
