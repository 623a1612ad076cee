"""Which rooms there are, and in what order: the only file that knows."""

from __future__ import annotations

from sakuga.core.profile import Room

ROOMS: dict[str, Room] = {
    "collect": Room({"folder": "sakuga.build.collect:Collect"}),
    "scan": Room({"decode": "sakuga.build.scan:Scan"}),
    "split": Room({"shots": "sakuga.build.split:Split"}),
    "keyframe": Room({"drawings": "sakuga.build.keyframe:Keyframe"}),
    "sample": Room({"nth": "sakuga.build.sample:Sample"}),
    "motion": Room({"camera": "sakuga.build.motion:MotionStage"}),
    "tag": Room(
        {
            "pixels": "sakuga.build.tag.pixels:Pixels",
            "wd14": "sakuga.build.tag.wd14:Wd14",
            "wd-eva02": "sakuga.build.tag.wd14:WdEva02",
        },
        "sakuga.build.tag:Tag",
        spare=True,
    ),
    "choose": Room({"union": "sakuga.build.choose:Choose"}, spare=True),
    "caption": Room(
        {
            "blip2": "sakuga.build.caption.blip2:Blip2",
            "vlm": "sakuga.build.caption.vlm:Vlm",
            "vlm-local": "sakuga.build.caption.vlm_local:VlmLocal",
        },
        "sakuga.build.caption:Caption",
        spare=True,
    ),
    "text": Room(
        {
            "rapidocr": "sakuga.build.text.rapidocr:RapidOcr",
            "comic": "sakuga.build.text.comic:Comic",
        },
        "sakuga.build.text:FindText",
        spare=True,
    ),
    "overlay": Room({"places": "sakuga.build.overlay:Overlay"}, spare=True),
    "aesthetic": Room(
        {
            "cafe": "sakuga.build.aesthetic.cafe:Cafe",
            "anime": "sakuga.build.aesthetic.anime:Anime",
        },
        "sakuga.build.aesthetic:Judge",
        spare=True,
    ),
    "classify": Room({"taxonomy": "sakuga.build.classify:Classify"}, spare=True),
    "describe": Room(
        {
            "template": "sakuga.build.describe.template:Template",
            "openai": "sakuga.build.describe.openai:OpenAi",
            "local": "sakuga.build.describe.local:Local",
        },
        "sakuga.build.describe:Describe",
        spare=True,
    ),
    "embed": Room(
        {
            "clip": "sakuga.build.embed.clip:Clip",
            "siglip2": "sakuga.build.embed.siglip2:Siglip2",
            "viclip": "sakuga.build.embed.viclip:ViClip",
            "videomamba": "sakuga.build.embed.videomamba:VideoMamba",
            "trained": "sakuga.build.embed.trained:Trained",
        },
        "sakuga.build.embed:Embed",
        spare=True,
    ),
    "publish": Room({"rows": "sakuga.build.publish:Publish"}),
}
ASKED_FOR = ("embed",)  # rooms that stand empty unless a profile names what is in them
