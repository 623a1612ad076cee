"""Asking a language model over a server that speaks OpenAI's chat completions.

Not a room: `caption` and `describe` ask through it. `server` says where and how fast, `asker` asks
many questions at once, `answer` judges what comes back, `kept` keeps it so that it is paid once.
"""
