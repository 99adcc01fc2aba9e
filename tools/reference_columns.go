package tools

import (
	"cmp"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

type user = kombo.User

var users = newRecords("ats_users", digest.Table{Name: "users", ID: "id", Example: `name contains "Berg"`},
	text("id", func(u *user) string { return u.ID }).byDefault(),
	text("name", func(u *user) string { return wording.FullName(u.FirstName, u.LastName) }).from("first_name", "last_name").withNames().byDefault().also("user", "full_name"),
	text("email", func(u *user) string { return u.Email }).byDefault(),
	list("role", func(u *user) []string {
		return textsOf(u.SystemRoles, func(r kombo.SystemRole) string { return cmp.Or(r.RemoteLabel, r.UnifiedType) })
	}).byDefault().also("roles", "system_roles").from("system_roles").fromMemory(),
	closed("status", func(u *user) kombo.ActiveStatus { return u.Status }).inSummary(),
	instant("changed", func(u *user) kombo.Time { return u.ChangedAt }).from("changed_at"),
	instant("deleted", func(u *user) kombo.Time { return u.RemoteDeletedAt }).from("remote_deleted_at"),
	text("remote_id", func(u *user) string { return u.RemoteID }),
)

type role = kombo.Role

var roles = newRecords("ats_roles", digest.Table{Name: "roles", ID: "id", Example: `scope == "JOB"`},
	text("id", func(r *role) string { return r.ID }).byDefault(),
	text("name", func(r *role) string { return cmp.Or(r.RemoteLabel, r.UnifiedType) }).from("remote_label", "unified_type").byDefault().also("role", "label").withNames(),
	closed("scope", func(r *role) kombo.RoleScope { return r.Scope }).byDefault(),
	text("type", func(r *role) string { return r.UnifiedType }).from("unified_type").also("unified_type"),
	instant("changed", func(r *role) kombo.Time { return r.ChangedAt }).from("changed_at"),
	instant("deleted", func(r *role) kombo.Time { return r.RemoteDeletedAt }).from("remote_deleted_at"),
	text("remote_id", func(r *role) string { return r.RemoteID }),
)

type tag = kombo.Tag

var tags = newRecords("ats_tags", digest.Table{Name: "tags", ID: "id", Example: `name contains "java"`},
	text("id", func(t *tag) string { return t.ID }).byDefault(),
	text("name", func(t *tag) string { return t.Name }).withNames().byDefault().also("tag"),
	counting[tag]("candidates", inCandidates, "tags", "name").byName(),
	instant("changed", func(t *tag) kombo.Time { return t.ChangedAt }).from("changed_at"),
	instant("deleted", func(t *tag) kombo.Time { return t.RemoteDeletedAt }).from("remote_deleted_at"),
	text("remote_id", func(t *tag) string { return t.RemoteID }),
).maskedBy((*privacy.Mask).Tag)

type stage = kombo.Stage

var stages = newRecords("ats_application_stages", digest.Table{Name: "stages", ID: "id", Example: `name contains "interview"`},
	text("id", func(s *stage) string { return s.ID }).byDefault(),
	text("name", func(s *stage) string { return s.Name }).withNames().byDefault().also("stage"),
	closed("status", func(s *stage) kombo.ActiveStatus { return s.Status }),
	instant("changed", func(s *stage) kombo.Time { return s.ChangedAt }).from("changed_at"),
	instant("deleted", func(s *stage) kombo.Time { return s.RemoteDeletedAt }).from("remote_deleted_at"),
	text("remote_id", func(s *stage) string { return s.RemoteID }),
)

type reason = kombo.RejectionReason

var reasons = newRecords("ats_rejection_reasons", digest.Table{Name: "rejection reasons", ID: "id", Example: `name contains "skill"`},
	text("id", func(r *reason) string { return r.ID }).byDefault(),
	text("name", func(r *reason) string { return r.Name }).withNames().byDefault().also("reason", "rejection_reason"),
	counting[reason]("applications", inApplications, "rejection_reason", "name").byName(),
	instant("changed", func(r *reason) kombo.Time { return r.ChangedAt }).from("changed_at"),
	instant("deleted", func(r *reason) kombo.Time { return r.RemoteDeletedAt }).from("remote_deleted_at"),
	text("remote_id", func(r *reason) string { return r.RemoteID }),
)
