"""Make the tables of the core."""

import sqlalchemy as sa
from alembic import op

from core.database import LocalizedName, UtcDateTime

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_access_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_access_set")),
        sa.UniqueConstraint("hash", name=op.f("uq_core_access_set_hash")),
    )
    op.create_table(
        "core_addon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("fault", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("lease_token", sa.String(length=40), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_addon")),
        sa.UniqueConstraint("name", name=op.f("uq_core_addon_name")),
    )
    op.create_table(
        "core_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=12), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit")),
    )
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_audit_actor_user_id_id"), ["actor_user_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_audit_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_audit_resource_record_id_id"),
            ["resource", "record_id", "id"],
            unique=False,
        )

    op.create_table(
        "core_audit_seal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_seal")),
        sa.UniqueConstraint("last_id", name=op.f("uq_core_audit_seal_last_id")),
    )
    op.create_table(
        "core_epoch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("rights_version", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.Integer(), nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_epoch")),
    )
    op.create_table(
        "core_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("addon", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_event")),
    )
    with op.batch_alter_table("core_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_event_type_id"), ["type", "id"], unique=False)

    op.create_table(
        "core_login_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_login_attempt")),
        sa.UniqueConstraint("bucket", name=op.f("uq_core_login_attempt_bucket")),
    )
    with op.batch_alter_table("core_login_attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_login_attempt_last_at"), ["last_at"], unique=False
        )

    op.create_table(
        "core_org_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", LocalizedName(), nullable=False),
        sa.Column("head_employee_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["head_employee_id"],
            ["core_employee.id"],
            name=op.f("fk_core_org_unit_head_employee_id"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_org_unit.id"], name=op.f("fk_core_org_unit_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_org_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_core_org_unit_code")),
    )
    with op.batch_alter_table("core_org_unit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_org_unit_head_employee_id"), ["head_employee_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_org_unit_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "core_position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", LocalizedName(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_position")),
        sa.UniqueConstraint("code", name=op.f("uq_core_position_code")),
    )
    op.create_table(
        "core_schedule_fire",
        sa.Column("schedule", sa.String(length=120), nullable=False),
        sa.Column("fire_time", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "fire_time", name=op.f("pk_core_schedule_fire")),
    )
    op.create_table(
        "core_setting",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_core_setting")),
    )
    op.create_table(
        "core_setting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_setting_change")),
    )
    with op.batch_alter_table("core_setting_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_setting_change_key"), ["key"], unique=False)

    op.create_table(
        "core_worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("module_version", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_worker")),
        sa.UniqueConstraint("host", "pid", name=op.f("uq_core_worker_host_pid")),
    )
    op.create_table(
        "core_access_set_key",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["core_access_set.id"],
            name=op.f("fk_core_access_set_key_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("set_id", "key", name=op.f("pk_core_access_set_key")),
    )
    op.create_table(
        "core_employee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.Column("superior_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("superior_id <> id", name=op.f("ck_core_employee_superior_is_another")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["core_position.id"], name=op.f("fk_core_employee_position_id")
        ),
        sa.ForeignKeyConstraint(
            ["superior_id"], ["core_employee.id"], name=op.f("fk_core_employee_superior_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_org_unit.id"], name=op.f("fk_core_employee_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_employee")),
        sa.UniqueConstraint("code", name=op.f("uq_core_employee_code")),
    )
    with op.batch_alter_table("core_employee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_employee_active"), ["active"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_employee_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_employee_position_id"), ["position_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_employee_superior_id"), ["superior_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_employee_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "core_event_delivery",
        sa.Column(
            "event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("consumer", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["core_event.id"], name=op.f("fk_core_event_delivery_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "consumer", name=op.f("pk_core_event_delivery")),
    )
    op.create_table(
        "core_org_closure",
        sa.Column("ancestor_id", sa.Integer(), nullable=False),
        sa.Column("descendant_id", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["core_org_unit.id"], name=op.f("fk_core_org_closure_ancestor_id")
        ),
        sa.ForeignKeyConstraint(
            ["descendant_id"], ["core_org_unit.id"], name=op.f("fk_core_org_closure_descendant_id")
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "descendant_id", name=op.f("pk_core_org_closure")),
    )
    with op.batch_alter_table("core_org_closure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_org_closure_descendant_id_depth"),
            ["descendant_id", "depth"],
            unique=False,
        )

    op.create_table(
        "core_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_changed_at", UtcDateTime(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("secret_expires_at", UtcDateTime(), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("density", sa.String(length=8), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_login_at", UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["core_employee.id"], name=op.f("fk_core_user_employee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
        sa.UniqueConstraint("employee_id", name=op.f("uq_core_user_employee_id")),
        sa.UniqueConstraint("login", name=op.f("uq_core_user_login")),
    )
    op.create_table(
        "core_access_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("allow", sa.Boolean(), nullable=False),
        sa.Column("org_set_id", sa.Integer(), nullable=True),
        sa.Column("customer_set_id", sa.Integer(), nullable=True),
        sa.Column("owner_set_id", sa.Integer(), nullable=True),
        sa.Column("owner_self", sa.Boolean(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=True),
        sa.Column("valid_to", UtcDateTime(), nullable=True),
        sa.Column("weekly_hours", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("source", LocalizedName(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_set_id"],
            ["core_access_set.id"],
            name=op.f("fk_core_access_term_customer_set_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_set_id"], ["core_access_set.id"], name=op.f("fk_core_access_term_org_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_set_id"], ["core_access_set.id"], name=op.f("fk_core_access_term_owner_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_access_term_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_access_term")),
    )
    with op.batch_alter_table("core_access_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_access_term_customer_set_id"), ["customer_set_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_access_term_org_set_id"), ["org_set_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_access_term_owner_set_id"), ["owner_set_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_access_term_provider"), ["provider"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_access_term_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("addon", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("as_user_id", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["as_user_id"], ["core_user.id"], name=op.f("fk_core_job_as_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_job")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_core_job_idempotency_key")),
    )
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_job_as_user_id"), ["as_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_job_kind_state"), ["kind", "state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_job_state_due_at"), ["state", "due_at"], unique=False
        )

    op.create_table(
        "core_login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_login_session_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_login_session_token_hash")),
    )
    with op.batch_alter_table("core_login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_login_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_login_session_user_id_ended_at"),
            ["user_id", "ended_at"],
            unique=False,
        )

    op.create_table(
        "core_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_participant_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_participant")),
        sa.UniqueConstraint(
            "resource",
            "record_id",
            "user_id",
            "role",
            name=op.f("uq_core_participant_resource_record_id_user_id_role"),
        ),
    )
    with op.batch_alter_table("core_participant", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_participant_user_id_resource_record_id",
            ["user_id", "resource", "record_id"],
            unique=False,
        )

    op.create_table(
        "core_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_user_id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=120), nullable=False),
        sa.Column("addon", sa.String(length=60), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("stored_as", sa.String(length=80), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["core_job.id"], name=op.f("fk_core_import_job_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_user_id"], ["core_user.id"], name=op.f("fk_core_import_owner_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import")),
    )
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_import_owner_user_id"), ["owner_user_id"], unique=False
        )

    op.create_table(
        "core_import_row_error",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_core_import_row_error_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_row_error")),
        sa.UniqueConstraint(
            "import_id", "row_number", name=op.f("uq_core_import_row_error_import_id_row_number")
        ),
    )

    # Units name their head, people their unit: on PostgreSQL the second key of the circle comes last.
    if op.get_context().dialect.name == "postgresql":
        op.create_foreign_key(
            op.f("fk_core_org_unit_head_employee_id"),
            "core_org_unit",
            "core_employee",
            ["head_employee_id"],
            ["id"],
        )


def downgrade():
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(
            op.f("fk_core_org_unit_head_employee_id"), "core_org_unit", type_="foreignkey"
        )
    op.drop_table("core_import_row_error")
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_import_owner_user_id"))

    op.drop_table("core_import")
    with op.batch_alter_table("core_participant", schema=None) as batch_op:
        batch_op.drop_index("ix_core_participant_user_id_resource_record_id")

    op.drop_table("core_participant")
    with op.batch_alter_table("core_login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_login_session_user_id_ended_at"))
        batch_op.drop_index(batch_op.f("ix_core_login_session_expires_at"))

    op.drop_table("core_login_session")
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_job_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_core_job_kind_state"))
        batch_op.drop_index(batch_op.f("ix_core_job_as_user_id"))

    op.drop_table("core_job")
    with op.batch_alter_table("core_access_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_access_term_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_access_term_provider"))
        batch_op.drop_index(batch_op.f("ix_core_access_term_owner_set_id"))
        batch_op.drop_index(batch_op.f("ix_core_access_term_org_set_id"))
        batch_op.drop_index(batch_op.f("ix_core_access_term_customer_set_id"))

    op.drop_table("core_access_term")
    op.drop_table("core_user")
    with op.batch_alter_table("core_org_closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_org_closure_descendant_id_depth"))

    op.drop_table("core_org_closure")
    op.drop_table("core_event_delivery")
    with op.batch_alter_table("core_employee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_employee_unit_id"))
        batch_op.drop_index(batch_op.f("ix_core_employee_superior_id"))
        batch_op.drop_index(batch_op.f("ix_core_employee_position_id"))
        batch_op.drop_index(batch_op.f("ix_core_employee_name"))
        batch_op.drop_index(batch_op.f("ix_core_employee_active"))

    op.drop_table("core_employee")
    op.drop_table("core_access_set_key")
    op.drop_table("core_worker")
    with op.batch_alter_table("core_setting_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_setting_change_key"))

    op.drop_table("core_setting_change")
    op.drop_table("core_setting")
    op.drop_table("core_schedule_fire")
    op.drop_table("core_position")
    with op.batch_alter_table("core_org_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_org_unit_parent_id"))
        batch_op.drop_index(batch_op.f("ix_core_org_unit_head_employee_id"))

    op.drop_table("core_org_unit")
    with op.batch_alter_table("core_login_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_login_attempt_last_at"))

    op.drop_table("core_login_attempt")
    with op.batch_alter_table("core_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_event_type_id"))

    op.drop_table("core_event")
    op.drop_table("core_epoch")
    op.drop_table("core_audit_seal")
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_audit_resource_record_id_id"))
        batch_op.drop_index(batch_op.f("ix_core_audit_at"))
        batch_op.drop_index(batch_op.f("ix_core_audit_actor_user_id_id"))

    op.drop_table("core_audit")
    op.drop_table("core_addon")
    op.drop_table("core_access_set")
