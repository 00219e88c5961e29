"""What a member takes along and brings in: archives both ways, who they are elsewhere, and a site's orderly end."""
