"""Who we talk to: one folder a platform, discovered by folder."""
