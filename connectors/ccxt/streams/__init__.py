"""What an exchange tells by itself: the account's orders and fills, and its prices."""
