"""What Discord refuses, and what to do, as sentences."""

from __future__ import annotations

REFUSED = "Discord refuses the bot's token, so nothing that people do is heard. Run: bridge discord setup"
DEAF = (
    "message_content = true stands in bridge.toml, and the intent is switched off at discord.com/developers, Bot, "
    "Privileged Gateway Intents; so Bridge goes on without it."
)
HOPELESS = {
    4004: REFUSED,
    4010: "Discord refuses the connection (invalid shard). Bridge uses one shard; ask for help with this number: 4010.",
    4011: "The bot is in more than 2,500 servers, which one connection can't hold. Take it out of those not yours.",
    4012: "Discord no longer speaks this version of its gateway. Update Bridge.",
    4013: "Discord refuses what Bridge asks to hear (4013). Update Bridge.",
}
"""Close codes after which it makes no sense to connect again (docs: opcodes and status codes)."""
