"""What happens: publish, follow, digest, route, courier. Async; speaks to the world through model/ports.py."""
