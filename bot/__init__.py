"""What faces the chats."""
