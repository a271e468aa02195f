"""What people see: cards and forms as Discord's embeds, components and modals, words as its markdown. Pure."""
