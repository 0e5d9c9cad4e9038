EXTRA_DIST += contrib/apparmor/immure contrib/container/Containerfile \
	contrib/selinux/immure.fc contrib/selinux/immure.te
EXTRA_DIST += docs/codejail.md docs/graders.md docs/internals.md docs/protocol.md \
	docs/policy.schema.json docs/wall.md
