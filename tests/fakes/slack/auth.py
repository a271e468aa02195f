"""The fake's methods about the app itself: who it is, its socket, its token, its workspace."""

from __future__ import annotations

from tests.fakes.slack.methods import Asked, Refused, plays
from tests.fakes.slack.objects import Json


@plays("auth.test")
async def test(asked: Asked) -> Json:
    team = asked.team
    answer: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": team.bot.name,
        "team_id": team.id,
        "user_id": team.bot.id,
        "bot_id": team.bot.bot_id,
        "is_enterprise_install": False,
    }
    return answer | ({"enterprise_id": team.enterprise} if team.enterprise else {})


@plays("auth.revoke")
async def revoke(asked: Asked) -> Json:
    if not asked.get("test"):
        await asked.team.revoke()
    return {"revoked": not asked.get("test")}


@plays("apps.connections.open")
async def connections_open(asked: Asked) -> Json:
    team = asked.team
    ticket = team.sockets.ticket()
    root = asked.slack.root.replace("http", "ws", 1)
    return {"url": f"{root}/link/?ticket={ticket}&app_id={team.app_id}"}


@plays("team.info")
async def team_info(asked: Asked) -> Json:
    team = asked.team
    if asked.get("team", team.id) != team.id:
        raise Refused("team_not_found")
    shown: Json = {
        "id": team.id,
        "name": team.name,
        "url": f"https://{team.domain}.slack.com/",
        "domain": team.domain,
        "email_domain": f"{team.domain}.example",
        "icon": {"image_34": "https://avatars.slack-edge.com/team_34.png", "image_default": True},
    }
    if team.enterprise:
        shown |= {"enterprise_id": team.enterprise, "enterprise_name": team.name}
    return {"team": shown}


@plays("emoji.list")
async def emoji_list(asked: Asked) -> Json:
    return {"emoji": dict(asked.team.emoji), "cache_ts": asked.team.stamp()}
