"""What lies over the workspaces: details, dialogs, the way out."""
