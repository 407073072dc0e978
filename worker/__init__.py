"""The process that draws for the chats, and the contract that it shares with them."""
