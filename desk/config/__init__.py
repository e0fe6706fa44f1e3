"""What the operator writes: platform.yaml and blueprints, read strictly, refused by file, line and key."""
