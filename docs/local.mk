EXTRA_DIST += contrib/apparmor/immure contrib/container/Containerfile \
	contrib/selinux/immure.fc contrib/selinux/immure.te
dist_man_MANS += docs/immure-app.1
EXTRA_DIST += docs/codejail.md docs/first-app.md docs/graders.md docs/internals.md docs/protocol.md \
	docs/policy.schema.json docs/wall.md
